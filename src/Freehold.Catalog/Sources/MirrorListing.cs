using System.Text.Json;
using Freehold.Catalog.Downloads;
using Freehold.Catalog.Names;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Sources;

/// <summary>
/// A site's mirror: any Freehold store, served as plain files or mounted as a folder. <c>index.json</c> names its models, <c>manifests/</c> says what they are made
/// of, <c>blobs/</c> holds the bytes.
/// </summary>
internal static class MirrorListing
{
    /// <summary>The address of a mirror that is on the network, or null where it is a folder.</summary>
    public static Uri? Address(string mirror) =>
        Uri.TryCreate(mirror, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new Uri(mirror.EndsWith('/') ? mirror : mirror + "/")
            : null;

    /// <summary>The folder of a mirror that is one.</summary>
    public static string Folder(string mirror) =>
        mirror.StartsWith("file:", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(mirror, UriKind.Absolute, out var uri) ? uri.LocalPath : Path.GetFullPath(mirror);

    /// <summary>Plans a pull over the network.</summary>
    public static async Task<PullPlan> PlanAsync(Uri mirror, ModelName wanted, DocumentReader documents, CancellationToken cancellation)
    {
        var (index, _) = await documents.ReadAsync("the mirror's index.json", new Uri(mirror, "index.json"), null, cancellation).ConfigureAwait(false);
        var name = Choose(ParseIndex(index, mirror.Host), wanted, mirror.Host);
        var (content, _) = await documents.ReadAsync($"the mirror's {name}", new Uri(mirror, $"manifests/{name.Key}.json"), null, cancellation).ConfigureAwait(false);
        var manifest = ManifestFileStore.Parse(content, $"{mirror.Host}'s manifest of {name}");
        return new PullPlan(
            ModelName.Parse(manifest.Name), manifest.Format, manifest.Source,
            [.. manifest.Files.Select(f => new RemoteFile(f.Path, new Uri(mirror, $"blobs/{f.Digest}"), f.Size, f.Digest, null))], null)
        { Labels = manifest.Labels };
    }

    /// <summary>Finds a name among a mirror's.</summary>
    public static ModelName Choose(IEnumerable<ModelName> names, ModelName wanted, string mirror)
    {
        var all = names.ToList();
        if (all.FirstOrDefault(n => n.Equals(wanted)) is { } exact)
            return exact;
        var found = all.Where(n => NameMatch.Loosely(n, wanted)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw CatalogException.NotFound($"the mirror {mirror} has no '{wanted}'{NameMatch.Suggest(wanted.ToString(), all.Select(n => n.ToString()))}"),
            _ => throw CatalogException.Usage($"'{wanted}' is said of {found.Count} models of the mirror {mirror}: {string.Join(", ", found.Take(8))}; name one of them"),
        };
    }

    private static List<ModelName> ParseIndex(byte[] content, string mirror)
    {
        try
        {
            var names = new List<ModelName>();
            foreach (var text in JsonSerializer.Deserialize(content, CatalogJson.Default.StoreIndex)?.Models ?? [])
            {
                if (ModelName.TryParse(text ?? "", out var name, out _))
                    names.Add(name);
            }
            return names;
        }
        catch (JsonException e)
        {
            throw CatalogException.Failed($"the mirror {mirror} has no index.json that can be read ({e.Message})", e);
        }
    }
}
