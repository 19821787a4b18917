using System.Text.Json;

namespace Freehold.Catalog.Store;

/// <summary>Reads and writes manifests and the index of all of them.</summary>
internal static class ManifestFileStore
{
    /// <summary>Longest manifest that is read, in bytes.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>Reads a manifest, or null where there is none.</summary>
    /// <exception cref="CatalogException">It is damaged, hostile or newer than this program.</exception>
    public static Manifest? TryRead(string path)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
                throw CatalogException.Refused($"{path} is larger than any manifest; remove it");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, "reading a manifest", path);
        }
        return Parse(bytes, path);
    }

    /// <summary>Reads a manifest from bytes that came from <paramref name="origin"/>.</summary>
    public static Manifest Parse(ReadOnlySpan<byte> bytes, string origin)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize(bytes, CatalogJson.Default.Manifest);
            return manifest?.Validate(origin) ?? throw CatalogException.Failed($"{origin} is no manifest: it says null; remove it and pull again");
        }
        catch (JsonException e)
        {
            throw CatalogException.Failed($"{origin} is no manifest: {e.Message} Remove it and pull again", e);
        }
    }

    public static void Write(string path, Manifest manifest) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(manifest, CatalogJson.Default.Manifest));

    public static void WriteIndex(string path, IReadOnlyList<Manifest> models) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(new StoreIndex { Models = [.. models.Select(m => m.Name)] }, CatalogJson.Default.StoreIndex));
}

/// <summary>The names in a store or mirror (<c>index.json</c>).</summary>
internal sealed record StoreIndex
{
    public int Version { get; init; } = 1;

    public required string[] Models { get; init; }
}
