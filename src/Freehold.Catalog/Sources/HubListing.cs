using System.Text.Json;
using Freehold.Catalog.Downloads;
using Freehold.Catalog.Names;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Sources;

/// <summary>Plans a pull from the Hugging Face hub: lists the repository (its tree API, with each LFS file's SHA-256) and chooses files.</summary>
internal sealed class HubListing(Uri hub, string? secret, DocumentReader documents)
{
    private const int MaxPages = 100;

    private readonly HostToken? _token = secret is null ? null : new HostToken(hub, secret);

    /// <summary>Plans the pull.</summary>
    public async Task<PullPlan> PlanAsync(ModelSource.Hub wanted, CancellationToken cancellation)
    {
        var repository = wanted.Repository.ToString();
        var files = await ListAsync(repository, wanted.Revision, cancellation).ConfigureAwait(false);
        var variants = GgufChoice.Variants(files.Select(f => (f.Path!, f.Size)));
        var revision = wanted.Revision == "main" ? "" : "@" + wanted.Revision;
        var byPath = files.ToDictionary(f => f.Path!, StringComparer.Ordinal);
        RemoteFile Remote(string path, string inside) => ToRemote(wanted, byPath[path], inside);

        if (wanted.File is null && variants.Count == 0 || wanted.File is ModelFormats.Safetensors)
            return Folder(wanted, files, revision);
        var (variant, why) = wanted.File is { } named ? (GgufChoice.Find(variants, named, repository), null) : ((GgufVariant, string?))GgufChoice.Choose(variants);
        // The tag is the quantisation where that says which file; else the file's name does.
        var tag = variant.Quantisation is { } q && variants.Count(v => v.Quantisation == q) == 1 ? q : ModelName.FromFileStem(variant.FileStem).Repository;
        return new PullPlan(
            wanted.Repository.WithTag(tag), ModelFormats.Gguf, $"hf:{repository}{revision}:{variant.Paths[0]}",
            [.. variant.Paths.Select(p => Remote(p, p[(p.LastIndexOf('/') + 1)..]))],
            why is null ? null : $"{Path.GetFileName(variant.Paths[0])}{(variant.Paths.Count > 1 ? $" and {variant.Paths.Count - 1} more parts" : "")} was chosen among {variants.Count}: {why}");
    }

    private PullPlan Folder(ModelSource.Hub wanted, IReadOnlyList<HubEntry> files, string revision)
    {
        var chosen = files.Where(f => ModelFiles.BelongsToFolder(f.Path!)).ToList();
        if (!chosen.Any(f => f.Path!.EndsWith(".safetensors", StringComparison.Ordinal)) || !chosen.Any(f => f.Path == "config.json"))
            throw CatalogException.Refused($"{wanted.Repository} has neither a GGUF nor config.json with *.safetensors; it holds nothing that can be run here");
        return new PullPlan(
            wanted.Repository.WithTag(ModelFormats.Safetensors), ModelFormats.Safetensors, $"hf:{wanted.Repository}{revision}:{ModelFormats.Safetensors}",
            [.. chosen.Select(f => ToRemote(wanted, f, f.Path!))],
            wanted.File is null ? "there is no GGUF; its safetensors with configuration and tokenizer are taken" : null);
    }

    private RemoteFile ToRemote(ModelSource.Hub wanted, HubEntry entry, string inside)
    {
        var path = string.Join('/', entry.Path!.Split('/').Select(Uri.EscapeDataString));
        var address = new Uri(hub, $"{wanted.Repository}/resolve/{Uri.EscapeDataString(wanted.Revision)}/{path}");
        Sha256Digest? sha = Sha256Digest.TryParse(entry.Lfs?.Oid, out var digest) ? digest : null;
        return new RemoteFile(inside, address, entry.Lfs?.Size ?? entry.Size, sha, _token) { GitBlobId = sha is null && entry.Lfs is null && entry.Oid is { Length: 40 } oid ? oid : null };
    }

    private async Task<IReadOnlyList<HubEntry>> ListAsync(string repository, string revision, CancellationToken cancellation)
    {
        var entries = new List<HubEntry>();
        var next = new Uri(hub, $"api/models/{repository}/tree/{Uri.EscapeDataString(revision)}?recursive=1");
        for (var page = 0; next is not null; page++)
        {
            if (page == MaxPages)
                throw CatalogException.Refused($"{repository} lists more than {MaxPages} pages of files");
            var (content, link) = await documents.ReadAsync($"the repository {repository}", next, _token, cancellation).ConfigureAwait(false);
            try
            {
                entries.AddRange(JsonSerializer.Deserialize(content, CatalogJson.Default.HubEntryArray) ?? []);
            }
            catch (JsonException e)
            {
                throw CatalogException.Failed($"{RedirectingSender.Shown(next)} answered no listing ({e.Message}); is HF_ENDPOINT a hub?", e);
            }
            next = NextPage(link, next);
        }
        foreach (var entry in entries.Where(e => e.Type == "file"))
            SafeFileName.RequirePath(entry.Path ?? "", repository);
        return [.. entries.Where(e => e is { Type: "file", Path: not null, Size: >= 0 }).DistinctBy(e => e.Path, StringComparer.Ordinal)];
    }

    /// <summary>The next page of a Link header (RFC 8288), on the same origin only.</summary>
    private static Uri? NextPage(string? link, Uri current)
    {
        if (link is null || !link.Contains("rel=\"next\"", StringComparison.Ordinal))
            return null;
        var from = link.IndexOf('<');
        var to = link.IndexOf('>');
        return from >= 0 && to > from && Uri.TryCreate(current, link[(from + 1)..to], out var next)
            && next.Host == current.Host && next.Port == current.Port && next.Scheme == current.Scheme ? next : null;
    }
}
