using Freehold.Catalog.Downloads;

namespace Freehold.Catalog.Store;

/// <summary>What <see cref="UnusedFiles.RemoveAsync"/> did.</summary>
/// <param name="Downloads">Interrupted downloads that nobody goes on with.</param>
/// <param name="DownloadBytes">Bytes that they had brought.</param>
/// <param name="Files">Files that no name uses: blobs, views and unfinished copies.</param>
/// <param name="FileBytes">Their bytes.</param>
/// <param name="Busy">Downloads that are under way and were left alone; while there are any, blobs are too, since they may be theirs.</param>
public sealed record UnusedRemoval(int Downloads, long DownloadBytes, int Files, long FileBytes, int Busy)
{
    /// <summary>Bytes in all.</summary>
    public long FreedBytes => DownloadBytes + FileBytes;
}

/// <summary>Removes what killed processes left in a store: parts whose lock is free, blobs without a name, unfinished copies.</summary>
/// <param name="store">The store.</param>
public sealed class UnusedFiles(CatalogStore store)
{
    /// <summary>A copy that was not written to for so long belongs to nobody; an import that waited longer takes its file again.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    private readonly StoreLayout _layout = store.Layout;

    /// <summary>Removes them. A pull that goes on at the same moment loses nothing but time: it looks for its blobs when it writes the name, and brings again what is gone.</summary>
    public async Task<UnusedRemoval> RemoveAsync(CancellationToken cancellation)
    {
        if (!Directory.Exists(_layout.Home))
            return new UnusedRemoval(0, 0, 0, 0, 0);
        using var held = await FileLock.AcquireAsync(_layout.StoreLock, store.Time, null, cancellation).ConfigureAwait(false);
        try
        {
            var (downloads, downloadBytes, busy) = RemoveParts();
            var (files, fileBytes) = RemoveUnnamed(keepBlobs: busy > 0);
            return new UnusedRemoval(downloads, downloadBytes, files, fileBytes, busy);
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, "removing what is unused", _layout.Home);
        }
    }

    private (int Count, long Bytes, int Busy) RemoveParts()
    {
        var (count, busy) = (0, 0);
        long bytes = 0;
        foreach (var folder in Folders(_layout.Parts))
        {
            using var fetching = FileLock.TryAcquire(_layout.PartLock(Path.GetFileName(folder)));
            if (fetching is null)
            {
                busy++;
                continue;
            }
            // The file is sparse: its journal says what has come.
            bytes += PartJournal.Read(PartFile.JournalPath(folder))?.Notes.Values.Sum(n => n.Bytes) ?? new DirectoryInfo(folder).EnumerateFiles().Sum(f => f.Length);
            PartFile.Discard(folder);
            count++;
        }
        return (count, bytes, busy);
    }

    private (int Count, long Bytes) RemoveUnnamed(bool keepBlobs)
    {
        var listing = store.List();
        // A manifest that cannot be read may name any blob.
        keepBlobs |= listing.Faults.Count > 0;
        var blobs = listing.Models.SelectMany(m => m.Files).Select(f => _layout.Blob(f.Digest)).ToHashSet(StringComparer.Ordinal);
        var views = listing.Models.Select(_layout.View).ToHashSet(StringComparer.Ordinal);
        var abandoned = (store.Time.GetUtcNow() - Abandoned).UtcDateTime;
        var count = 0;
        long bytes = 0;
        foreach (var file in Files(_layout.Blobs).Where(f => !blobs.Contains(f.FullName)))
        {
            if (IsTemporary(file) ? file.LastWriteTimeUtc > abandoned : keepBlobs)
                continue;
            (count, bytes) = (count + 1, bytes + file.Length);
            file.Delete();
        }
        // Manifests and views are written while the store's lock is held, and it is held here.
        foreach (var file in Files(_layout.Home).Concat(Files(_layout.Manifests, deep: true)).Where(IsTemporary))
        {
            (count, bytes) = (count + 1, bytes + file.Length);
            file.Delete();
        }
        foreach (var folder in Folders(_layout.Views).Where(f => !keepBlobs && !views.Contains(f)))
        {
            // Links take no bytes of their own.
            Directory.Delete(folder, recursive: true);
            count++;
        }
        return (count, bytes);
    }

    private static bool IsTemporary(FileInfo file) => file.Extension == ".tmp";

    private static FileInfo[] Files(string folder, bool deep = false) =>
        Directory.Exists(folder) ? [.. new DirectoryInfo(folder).EnumerateFiles("*", deep ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)] : [];

    private static string[] Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
}
