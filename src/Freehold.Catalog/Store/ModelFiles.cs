using Freehold.Catalog.Names;

namespace Freehold.Catalog.Store;

/// <summary>A model that lies in files of the user's own: what kind it is and which files belong to it.</summary>
/// <param name="Stem">A name for it, made from the file's or folder's name.</param>
/// <param name="Format"><see cref="ModelFormats"/>.</param>
/// <param name="Files">Full path of each file, with its path inside the model.</param>
public sealed record ModelFiles(string Stem, string Format, IReadOnlyList<(string FullPath, string Inside)> Files)
{
    private static readonly string[] FolderFiles =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "vocab.txt", "merges.txt", "chat_template.jinja", "chat_template.json", "modules.json", "sentence_bert_config.json", "1_Pooling/config.json",
        "model.safetensors.index.json", "LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE", "USE_POLICY.md",
    ];

    /// <summary>What to open: the file (the first of a split), or the folder.</summary>
    public string OpenPath => Format == ModelFormats.Gguf ? Files[0].FullPath : Path.GetDirectoryName(Files.First(f => f.Inside == "config.json").FullPath)!;

    /// <summary>Bytes of all files.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (var (path, _) in Files)
                bytes += new FileInfo(path).Length;
            return bytes;
        }
    }

    /// <summary>Finds the model at a path: a GGUF file (any part of a split finds all of it) or a safetensors folder. Null where there is none of these.</summary>
    /// <exception cref="CatalogException">Parts of a split are missing.</exception>
    public static ModelFiles? At(string path)
    {
        path = Path.GetFullPath(path);
        if (Directory.Exists(path))
            return Folder(path);
        if (!File.Exists(path))
            return null;
        if (SplitName.TryParse(path) is { } split)
        {
            var parts = Enumerable.Range(1, split.Count).Select(split.Part).ToList();
            var missing = parts.Where(p => !File.Exists(p)).Select(Path.GetFileName).ToList();
            if (missing.Count > 0)
                throw CatalogException.NotFound($"{path} is one of {split.Count} parts and {missing.Count} of them are missing: {string.Join(", ", missing.Take(3))}{(missing.Count > 3 ? ", …" : "")}");
            return new ModelFiles(Path.GetFileName(split.Prefix), ModelFormats.Gguf, [.. parts.Select(p => (p, Path.GetFileName(p)))]);
        }
        return IsGguf(path) ? new ModelFiles(SplitName.Stem(Path.GetFileName(path)), ModelFormats.Gguf, [(path, Path.GetFileName(path))]) : null;
    }

    /// <summary>True for the files of a safetensors model that an engine needs, by their path inside the repository.</summary>
    internal static bool BelongsToFolder(string inside) =>
        FolderFiles.Contains(inside, StringComparer.Ordinal)
        || (!inside.Contains('/') && inside.EndsWith(".safetensors", StringComparison.Ordinal) && !inside.StartsWith("consolidated", StringComparison.Ordinal));

    private static ModelFiles? Folder(string path)
    {
        if (!File.Exists(Path.Combine(path, "config.json")))
            return null;
        var files = Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true })
            .Select(f => (FullPath: f, Inside: Path.GetRelativePath(path, f).Replace('\\', '/')))
            .Where(f => BelongsToFolder(f.Inside))
            .OrderBy(f => f.Inside, StringComparer.Ordinal)
            .ToList();
        return files.Any(f => f.Inside.EndsWith(".safetensors", StringComparison.Ordinal))
            ? new ModelFiles(Path.GetFileName(path.TrimEnd(Path.DirectorySeparatorChar)), ModelFormats.Safetensors, files)
            : null;
    }

    private static bool IsGguf(string path)
    {
        try
        {
            Span<byte> magic = stackalloc byte[4];
            using var file = File.OpenHandle(path);
            return RandomAccess.Read(file, magic, 0) == 4 && magic.SequenceEqual("GGUF"u8);
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, "reading a model file", path);
        }
    }
}
