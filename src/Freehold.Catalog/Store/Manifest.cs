using Freehold.Catalog.Names;

namespace Freehold.Catalog.Store;

/// <summary>What a name stands for: its files by content, and where they came from. Kept as one small JSON document under <c>manifests/</c>.</summary>
public sealed record Manifest
{
    /// <summary>The version that is written; a higher one is refused.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The document's version.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The name as it was first written.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of model: <c>gguf</c> (one file, or all of a split) or <c>safetensors</c> (a folder).</summary>
    public required string Format { get; init; }

    /// <summary>The model's files.</summary>
    public required IReadOnlyList<ManifestFile> Files { get; init; }

    /// <summary>Where it came from, without credentials or query.</summary>
    public required string Source { get; init; }

    /// <summary>When it was stored (UTC).</summary>
    public required DateTimeOffset Added { get; init; }

    /// <summary>What others noted about it when it was stored, e.g. <c>quantisation</c>, <c>architecture</c>.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Bytes of all files.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Size => Files.Sum(f => f.Size);

    /// <summary>Checks a manifest that was read from outside.</summary>
    /// <exception cref="CatalogException">It is hostile, damaged or newer than this program.</exception>
    internal Manifest Validate(string origin)
    {
        string Fault(string what) => $"{origin} is no manifest that can be used: {what}";

        if (Version is < 1 or > CurrentVersion)
            throw CatalogException.Refused(Fault($"its version is {Version} and this program reads up to {CurrentVersion}; a newer freehold wrote it"));
        if (!ModelName.TryParse(Name ?? "", out _, out var fault))
            throw CatalogException.Refused(Fault("its name is refused: " + fault));
        if (Format is not (ModelFormats.Gguf or ModelFormats.Safetensors))
            throw CatalogException.Refused(Fault("its format is neither gguf nor safetensors"));
        if (Files is not { Count: > 0 and <= 4096 } || Source is null)
            throw CatalogException.Refused(Fault("it lists no files, or too many"));
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in Files)
        {
            if (file?.Path is null || SafeFileName.PathFault(file.Path) is not null || !seen.Add(file.Path))
                throw CatalogException.Refused(Fault($"it lists a file '{SafeFileName.Printable(file?.Path ?? "")}' that is hostile or doubled"));
            if (file.Size < 0 || !Sha256Digest.TryParse(file.Sha256, out _))
                throw CatalogException.Refused(Fault($"the size or SHA-256 of '{file.Path}' is impossible"));
        }
        return this;
    }
}

/// <summary>One file of a model.</summary>
public sealed record ManifestFile
{
    /// <summary>Its path inside the model, separated by '/'.</summary>
    public required string Path { get; init; }

    /// <summary>Its SHA-256, 64 hexadecimal digits: the blob's name.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>True where the blob is a hard link to a file that was imported: removing it frees nothing while that file exists.</summary>
    public bool Linked { get; init; }

    /// <summary>The digest.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Sha256Digest Digest => Sha256Digest.TryParse(Sha256, out var digest) ? digest : throw new InvalidOperationException("an unchecked manifest was used");
}

/// <summary>The formats a manifest knows.</summary>
public static class ModelFormats
{
    /// <summary>GGUF, one file or a split.</summary>
    public const string Gguf = "gguf";

    /// <summary>A folder of safetensors with config.json and tokenizer.json.</summary>
    public const string Safetensors = "safetensors";
}
