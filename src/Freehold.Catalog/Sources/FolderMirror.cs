using Freehold.Catalog.Store;

namespace Freehold.Catalog.Sources;

/// <summary>Takes a model from a mirror that is a folder: a mounted disk, a stick carried over an air gap. No network.</summary>
internal sealed class FolderMirror(CatalogStore mirror, CatalogStore store)
{
    /// <summary>Copies and checks what the store lacks, then names it.</summary>
    public async Task<PullResult> TakeAsync(Manifest manifest, TransferReport report, CancellationToken cancellation)
    {
        var copied = 0;
        try
        {
            Directory.CreateDirectory(store.Layout.Blobs);
            var lacking = manifest.Files.Where(f => !store.Holds(f.Digest, f.Size)).DistinctBy(f => f.Sha256).ToList();
            DiskFault.RequireRoom(store.FreeSpace, store.Layout.Blobs, lacking.Sum(f => f.Size), manifest.Name);
            foreach (var file in lacking)
            {
                await TakeAsync(file, report, cancellation).ConfigureAwait(false);
                copied++;
            }
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, $"copying {manifest.Name} from {mirror.Home}", store.Layout.Blobs, store.FreeSpace);
        }
        var own = manifest with { Files = [.. manifest.Files.Select(f => f with { Linked = false })] };
        return (await store.CommitAsync(own, null, cancellation).ConfigureAwait(false)).Count == 0
            ? new PullResult(own, null, copied == 0)
            : throw CatalogException.Failed($"another process removed {manifest.Name}'s files from {store.Home} meanwhile; pull it again");
    }

    private async Task TakeAsync(ManifestFile file, TransferReport report, CancellationToken cancellation)
    {
        var blob = store.Layout.Blob(file.Digest);
        var temporary = $"{blob}.{Guid.NewGuid():N}.tmp";
        try
        {
            report.Begin(file.Path, file.Size, 0, TransferPhase.Copying);
            var came = await FileCopy.CopyAsync(mirror.Layout.Blob(file.Digest), temporary, report.Advance, cancellation).ConfigureAwait(false);
            if (came != file.Digest)
                throw CatalogException.Failed($"{file.Path} in the mirror {mirror.Home} is damaged: it has SHA-256 {came.Hex} and should have {file.Sha256}; nothing was stored");
            File.Move(temporary, blob, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
