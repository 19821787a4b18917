using Freehold.Catalog.Names;

namespace Freehold.Catalog.Store;

/// <summary>What an import brought.</summary>
/// <param name="Manifest">The stored model.</param>
/// <param name="Placement">How its bytes came in; of several files, the costliest way.</param>
public sealed record ImportResult(Manifest Manifest, Placement Placement);

/// <summary>Takes model files of the user's own into the store: hashes them, then clones, links or copies them.</summary>
public sealed class Importer(CatalogStore store)
{
    private const int MaxRounds = 10;

    /// <summary>Imports a GGUF file (all parts of a split) or a safetensors folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="name">Its name in the catalogue, or null to make one from the file's.</param>
    /// <param name="source">Where it came from, for the record.</param>
    /// <param name="copy">True to copy always: the file can then be changed without harm.</param>
    /// <param name="labels">What to note about it.</param>
    /// <param name="report">Told how it goes.</param>
    /// <param name="cancellation">Stops it; nothing is stored then.</param>
    /// <exception cref="CatalogException">No model is there, it does not fit, or its files changed meanwhile.</exception>
    public async Task<ImportResult> ImportAsync(
        string path, ModelName? name, string? source, bool copy, IReadOnlyDictionary<string, string>? labels, TransferReport report, CancellationToken cancellation)
    {
        var model = ModelFiles.At(path);
        if (model is null)
        {
            throw File.Exists(path) || Directory.Exists(path)
                ? CatalogException.Refused($"{path} is no model: a GGUF file, or a folder with config.json and *.safetensors, was expected")
                : CatalogException.NotFound($"there is no file or folder {path}");
        }
        foreach (var (_, inside) in model.Files)
            SafeFileName.RequirePath(inside, path);
        name ??= ModelName.FromFileStem(model.Stem);
        var staged = new Dictionary<string, string>();
        try
        {
            Directory.CreateDirectory(store.Layout.Blobs);
            for (var round = 0; round < MaxRounds; round++)
            {
                var placement = Placement.Present;
                var files = new List<ManifestFile>();
                foreach (var (full, inside) in model.Files)
                {
                    var (file, how) = await TakeAsync(full, inside, copy, staged, report, cancellation).ConfigureAwait(false);
                    files.Add(file);
                    placement = (Placement)Math.Max((int)placement, (int)how);
                }
                var manifest = new Manifest
                {
                    Name = name.ToString(),
                    Format = model.Format,
                    Files = files,
                    Source = source ?? "file:" + Path.GetFullPath(path),
                    Added = store.Time.GetUtcNow(),
                    Labels = labels,
                };
                var missing = await store.CommitAsync(manifest, staged, cancellation).ConfigureAwait(false);
                if (missing.Count == 0)
                    return new ImportResult(manifest, placement);
                foreach (var file in missing)
                    staged.Remove(file.Sha256);
            }
            throw CatalogException.Failed($"other processes keep removing the same files from {store.Home}; import {path} again when they are done");
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, $"importing {path}", store.Layout.Blobs, store.FreeSpace);
        }
        finally
        {
            foreach (var left in staged.Values)
                File.Delete(left);
        }
    }

    /// <summary>Hashes a file and, where the store lacks it, stages it: the store takes it over when the name is written.</summary>
    private async Task<(ManifestFile File, Placement How)> TakeAsync(
        string full, string inside, bool copy, Dictionary<string, string> staged, TransferReport report, CancellationToken cancellation)
    {
        // The file behind a symbolic link is what must be linked or cloned.
        var before = new FileInfo(full).ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? new FileInfo(full);
        var size = before.Length;
        var written = before.LastWriteTimeUtc;
        report.Begin(inside, size, 0, TransferPhase.Verifying);
        var digest = await FileHash.OfAsync(before.FullName, 0, size, report.Advance, cancellation).ConfigureAwait(false);
        var how = Placement.Present;
        if (!store.Holds(digest, size) && !staged.ContainsKey(digest.Hex))
        {
            var temporary = $"{store.Layout.Blob(digest)}.{Guid.NewGuid():N}.tmp";
            try
            {
                how = await PlaceAsync(before.FullName, temporary, size, digest, copy, report, cancellation).ConfigureAwait(false);
                before.Refresh();
                if (before.Length != size || before.LastWriteTimeUtc != written)
                    throw CatalogException.Failed($"{full} was changed while it was imported; import it again when it is complete");
                staged.Add(digest.Hex, temporary);
            }
            catch
            {
                File.Delete(temporary);
                throw;
            }
        }
        return (new ManifestFile { Path = inside, Sha256 = digest.Hex, Size = size, Linked = how == Placement.Linked }, how);
    }

    private async Task<Placement> PlaceAsync(string from, string to, long size, Sha256Digest expected, bool copy, TransferReport report, CancellationToken cancellation)
    {
        if (FileLink.TryClone(from, to))
            return Placement.Cloned;
        if (!copy && FileLink.TryHardLink(from, to))
            return Placement.Linked;
        DiskFault.RequireRoom(store.FreeSpace, store.Layout.Blobs, size, Path.GetFileName(from));
        report.Begin(Path.GetFileName(from), size, 0, TransferPhase.Copying);
        var copied = await FileCopy.CopyAsync(from, to, report.Advance, cancellation).ConfigureAwait(false);
        return copied == expected
            ? Placement.Copied
            : throw CatalogException.Failed($"{from} was changed while it was imported; import it again when it is complete");
    }
}
