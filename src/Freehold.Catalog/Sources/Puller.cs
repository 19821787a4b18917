using Freehold.Catalog.Downloads;
using Freehold.Catalog.Names;
using Freehold.Catalog.Network;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Sources;

/// <summary>What to pull.</summary>
/// <param name="From">Where from, as <see cref="ModelSource.Parse"/> reads it.</param>
/// <param name="As">The name it gets, or null for its own.</param>
/// <param name="Sha256">What a single file must hash to, or null.</param>
public sealed record PullRequest(string From, ModelName? As = null, Sha256Digest? Sha256 = null);

/// <summary>What a pull brought.</summary>
/// <param name="Manifest">The stored model.</param>
/// <param name="Why">Why these files, where something was chosen.</param>
/// <param name="WasPresent">True where all of its bytes were there already.</param>
public sealed record PullResult(Manifest Manifest, string? Why, bool WasPresent);

/// <summary>
/// Pulls a model into the store: plans (which files, how long, what hash), brings what the store lacks, and names it in one step. Two processes that pull the same
/// bring it once: the second waits for the first, then finds it there.
/// </summary>
public sealed class Puller(CatalogStore store, CatalogSettings settings, NetworkAccess network, TransferLimits limits, TimeProvider time)
{
    private const int MaxRounds = 3;

    /// <summary>Pulls.</summary>
    /// <exception cref="CatalogException">It cannot be brought; the message says why and what to do.</exception>
    public async Task<PullResult> PullAsync(PullRequest request, TransferReport report, CancellationToken cancellation)
    {
        var source = ModelSource.Parse(request.From, settings.Mirror is not null);
        if (source is ModelSource.Local local)
            return await TakeLocalAsync(local.Path, request, report, cancellation).ConfigureAwait(false);
        if (source is ModelSource.Mirror inFolder && MirrorListing.Address(settings.Mirror!) is null)
            return await TakeFromFolderAsync(inFolder.Name, request, report, cancellation).ConfigureAwait(false);

        using var invoker = network.Open($"pulling {SafeFileName.Printable(request.From)}");
        var plan = await PlanAsync(source, invoker, request, report, cancellation).ConfigureAwait(false);
        if (plan.Why is not null)
            report.Note(plan.Why);
        RefuseForeignName(plan);
        if (request.Sha256 is { } sha)
        {
            if (plan.Files.Count != 1)
                throw CatalogException.Usage($"--sha256 is for one file and {plan.Name} has {plan.Files.Count}");
            if (plan.Files[0].Sha256 is { } listed && listed != sha)
                throw CatalogException.Refused($"{plan.Name}: its source lists SHA-256 {listed.Hex} and --sha256 says {sha.Hex}; nothing was fetched");
            plan = plan with { Files = [plan.Files[0] with { Sha256 = sha }] };
        }
        return await BringAsync(plan, new Downloader(invoker, limits, time, store.FreeSpace, report), report, cancellation).ConfigureAwait(false);
    }

    private async Task<PullPlan> PlanAsync(ModelSource source, HttpMessageInvoker invoker, PullRequest request, TransferReport report, CancellationToken cancellation)
    {
        var documents = new DocumentReader(invoker, limits, time, report);
        var plan = source switch
        {
            ModelSource.Hub hub => await new HubListing(settings.Hub, settings.HubToken, documents).PlanAsync(hub, cancellation).ConfigureAwait(false),
            ModelSource.Mirror mirror => await MirrorListing.PlanAsync(MirrorListing.Address(settings.Mirror!)!, mirror.Name, documents, cancellation).ConfigureAwait(false),
            ModelSource.Web web => WebPlan(web.Address),
            _ => throw new InvalidOperationException(),
        };
        return request.As is null ? plan : plan with { Name = request.As };
    }

    private static PullPlan WebPlan(Uri address)
    {
        var file = Uri.UnescapeDataString(address.Segments[^1]).Trim('/');
        if (SafeFileName.Fault(file) is { } fault)
            throw CatalogException.Refused($"{RedirectingSender.Shown(address)} names no file that can be kept: {fault}");
        return SplitName.TryParse(file) is { Count: > 1 }
            ? throw CatalogException.Refused($"{file} is one part of a split model; a URL brings one file. Pull it from its repository (hf:owner/repo:file) or a mirror, which bring all parts")
            : new PullPlan(ModelName.FromFileStem(SplitName.Stem(file)), null, RedirectingSender.Shown(address), [new RemoteFile(file, address, null, null, null)], null);
    }

    /// <summary>A name that stands for a model from elsewhere is not taken over in silence.</summary>
    private void RefuseForeignName(PullPlan plan)
    {
        if (store.Find(plan.Name) is { } there && there.Source != plan.Source)
            throw CatalogException.Refused($"the name {plan.Name} stands for a model from {there.Source}; give this one another (--as NAME) or remove that one first (freehold rm {plan.Name})");
    }

    private async Task<PullResult> BringAsync(PullPlan plan, Downloader downloader, TransferReport report, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(store.Layout.Blobs);
            Directory.CreateDirectory(store.Layout.Parts);
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, "making the store", store.Home, store.FreeSpace);
        }
        RequireRoomForAll(plan);
        var brought = 0;
        for (var round = 0; round < MaxRounds; round++)
        {
            var files = new List<ManifestFile>();
            foreach (var file in plan.Files)
            {
                var (kept, fetched) = await BringFileAsync(plan, file, downloader, report, cancellation).ConfigureAwait(false);
                files.Add(kept);
                brought += fetched ? 1 : 0;
            }
            var manifest = new Manifest { Name = plan.Name.ToString(), Format = plan.Format ?? ModelFormats.Gguf, Files = files, Source = plan.Source, Added = time.GetUtcNow(), Labels = plan.Labels };
            if ((await store.CommitAsync(manifest, null, cancellation).ConfigureAwait(false)).Count == 0)
                return new PullResult(manifest, plan.Why, brought == 0);
            report.Note("another process removed some of it from the store meanwhile; bringing that again");
        }
        throw CatalogException.Failed($"{plan.Name}: other processes keep removing its files from {store.Home}; pull it again when they are done");
    }

    private void RequireRoomForAll(PullPlan plan)
    {
        long needed = 0;
        foreach (var file in plan.Files)
        {
            if (file.Size is not { } size || (file.Sha256 is { } sha && store.Holds(sha, size)))
                continue;
            // What a part holds already needs no more room; a sparse file's length says nothing, its journal does.
            var noted = PartJournal.Read(PartFile.JournalPath(store.Layout.Part(file.PartKey)))?.Notes.Values.Sum(n => n.Bytes) ?? 0;
            needed += Math.Max(0, size - noted);
        }
        DiskFault.RequireRoom(store.FreeSpace, store.Layout.Blobs, needed, plan.Name.ToString());
    }

    private async Task<(ManifestFile File, bool Fetched)> BringFileAsync(PullPlan plan, RemoteFile file, Downloader downloader, TransferReport report, CancellationToken cancellation)
    {
        if (file.Sha256 is { } known && file.Size is { } size && store.Holds(known, size))
            return (new ManifestFile { Path = file.Name, Sha256 = known.Hex, Size = size }, false);
        using var held = await FileLock.AcquireAsync(
            store.Layout.PartLock(file.PartKey), time, () => report.Note($"another freehold is fetching {file.Name}; waiting for it"), cancellation).ConfigureAwait(false);
        // Whoever held the lock may have brought it.
        if (file.Sha256 is { } now && new FileInfo(store.Layout.Blob(now)) is { Exists: true } blob && (file.Size ?? blob.Length) == blob.Length)
            return (new ManifestFile { Path = file.Name, Sha256 = now.Hex, Size = blob.Length }, false);
        var folder = store.Layout.Part(file.PartKey);
        var came = await downloader.FetchAsync(file, folder, cancellation).ConfigureAwait(false);
        try
        {
            if (plan.Format is null)
                RequireGguf(came.Path, plan);
            File.Move(came.Path, store.Layout.Blob(came.Digest), overwrite: true);
            PartFile.Discard(folder);
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, $"putting {file.Name} in its place", store.Layout.Blobs, store.FreeSpace);
        }
        catch (CatalogException)
        {
            PartFile.Discard(folder);
            throw;
        }
        return (new ManifestFile { Path = file.Name, Sha256 = came.Digest.Hex, Size = came.Size }, true);
    }

    /// <summary>What a bare URL brought must be a model: many such URLs are those of a page about it.</summary>
    private static void RequireGguf(string path, PullPlan plan)
    {
        Span<byte> magic = stackalloc byte[4];
        using var file = File.OpenHandle(path);
        var read = RandomAccess.Read(file, magic, 0);
        if (read != 4 || !magic.SequenceEqual("GGUF"u8))
            throw CatalogException.Refused($"{plan.Source} is no GGUF file (it begins with 0x{Convert.ToHexString(magic[..read])}) and was not kept. Is the URL that of a page about the file?");
    }

    private async Task<PullResult> TakeLocalAsync(string path, PullRequest request, TransferReport report, CancellationToken cancellation)
    {
        if (request.Sha256 is { } sha)
        {
            if (!File.Exists(path))
                throw CatalogException.NotFound($"there is no file {path}");
            var came = await FileHash.OfAsync(path, 0, new FileInfo(path).Length, null, cancellation).ConfigureAwait(false);
            if (came != sha)
                throw CatalogException.Failed($"{path} has SHA-256 {came.Hex} and {sha.Hex} was expected; nothing was stored");
        }
        // A pull makes the store independent of where the model came from: it copies (or clones), and never links.
        var result = await new Importer(store).ImportAsync(path, request.As, null, copy: true, null, report, cancellation).ConfigureAwait(false);
        return new PullResult(result.Manifest, null, result.Placement == Placement.Present);
    }

    private async Task<PullResult> TakeFromFolderAsync(ModelName wanted, PullRequest request, TransferReport report, CancellationToken cancellation)
    {
        var folder = MirrorListing.Folder(settings.Mirror!);
        if (!Directory.Exists(folder))
            throw CatalogException.NotFound($"the mirror {folder} is not there; is it mounted?");
        var mirror = new CatalogStore(folder, time, store.FreeSpace);
        var name = MirrorListing.Choose(mirror.List().Models.Select(m => ModelName.Parse(m.Name)), wanted, folder);
        var manifest = mirror.Find(name)!;
        var plan = new PullPlan(request.As ?? name, manifest.Format, manifest.Source, [], null);
        RefuseForeignName(plan);
        return await new FolderMirror(mirror, store).TakeAsync(manifest with { Name = plan.Name.ToString(), Added = time.GetUtcNow() }, report, cancellation).ConfigureAwait(false);
    }
}
