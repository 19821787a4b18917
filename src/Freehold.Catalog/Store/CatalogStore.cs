using Freehold.Catalog.Names;

namespace Freehold.Catalog.Store;

/// <summary>What is in the store, and what could not be read.</summary>
/// <param name="Models">All models, by name.</param>
/// <param name="Faults">One sentence for each manifest that is damaged.</param>
public sealed record StoreListing(IReadOnlyList<Manifest> Models, IReadOnlyList<string> Faults);

/// <summary>What <see cref="CatalogStore.RemoveAsync"/> did.</summary>
/// <param name="Name">The name that is gone.</param>
/// <param name="FreedBytes">Bytes that the disk got back: blobs no other name uses and no imported file shares.</param>
public sealed record Removal(string Name, long FreedBytes);

/// <summary>
/// One content-addressed store shared by every process of every user who may write it. Blobs never change; a name is a small manifest that is replaced in one
/// step. Whatever order processes are killed in, a reader sees the old state or the new: blobs arrive before the manifest that names them and leave after it.
/// </summary>
public sealed class CatalogStore
{
    private readonly StoreLayout _layout;
    private readonly TimeProvider _time;

    /// <summary>Opens the store; nothing is created before something is stored.</summary>
    public CatalogStore(string home, TimeProvider time, IFreeSpace freeSpace)
    {
        _layout = new StoreLayout(home);
        _time = time;
        FreeSpace = freeSpace;
    }

    /// <summary>The store's folder.</summary>
    public string Home => _layout.Home;

    internal StoreLayout Layout => _layout;

    internal IFreeSpace FreeSpace { get; }

    internal TimeProvider Time => _time;

    /// <summary>Reads all manifests, by name.</summary>
    public StoreListing List()
    {
        var models = new List<Manifest>();
        var faults = new List<string>();
        if (!Directory.Exists(_layout.Manifests))
            return new StoreListing(models, faults);
        try
        {
            foreach (var path in Directory.EnumerateFiles(_layout.Manifests, "*.json", SearchOption.AllDirectories))
            {
                try
                {
                    if (ManifestFileStore.TryRead(path) is { } manifest)
                        models.Add(manifest);
                }
                catch (CatalogException e)
                {
                    faults.Add(e.Message);
                }
            }
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, "listing the store", _layout.Manifests);
        }
        models.Sort((a, b) => string.Compare(a.Name, b.Name, StringComparison.OrdinalIgnoreCase));
        return new StoreListing(models, faults);
    }

    /// <summary>The manifest of exactly this name, or null.</summary>
    public Manifest? Find(ModelName name) => ManifestFileStore.TryRead(_layout.Manifest(name));

    /// <summary>True where the store holds this content.</summary>
    public bool Holds(Sha256Digest digest, long size) => new FileInfo(_layout.Blob(digest)) is { Exists: true } blob && blob.Length == size;

    /// <summary>Makes a name stand for blobs that are in the store, replacing what it stood for.</summary>
    /// <param name="manifest">The name and its files.</param>
    /// <param name="staged">Complete files that become blobs now, by digest; moved only where the store lacks them.</param>
    /// <param name="cancellation">Stops waiting for the store.</param>
    /// <returns>The files that another process removed meanwhile; where there are any the name was not changed and they must be brought again.</returns>
    internal async Task<IReadOnlyList<ManifestFile>> CommitAsync(Manifest manifest, IReadOnlyDictionary<string, string>? staged, CancellationToken cancellation)
    {
        using var held = await FileLock.AcquireAsync(_layout.StoreLock, _time, null, cancellation).ConfigureAwait(false);
        foreach (var file in manifest.Files)
        {
            if (staged?.GetValueOrDefault(file.Sha256) is { } path && !Holds(file.Digest, file.Size) && File.Exists(path))
                File.Move(path, _layout.Blob(file.Digest), overwrite: true);
        }
        var missing = manifest.Files.Where(f => !Holds(f.Digest, f.Size)).ToList();
        if (missing.Count > 0)
            return missing;
        var name = ModelName.Parse(manifest.Name);
        var before = Find(name);
        try
        {
            ModelView.Create(_layout, manifest);
            ManifestFileStore.Write(_layout.Manifest(name), manifest);
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, $"writing down {manifest.Name}", _layout.Manifests, FreeSpace);
        }
        if (before is not null)
            Sweep([before]);
        WriteIndex();
        return missing;
    }

    /// <summary>Notes something about a stored model; nothing happens where it is no longer what it was.</summary>
    /// <returns>The manifest with the notes.</returns>
    public async Task<Manifest> AnnotateAsync(Manifest manifest, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation)
    {
        var annotated = manifest with { Labels = labels };
        using var held = await FileLock.AcquireAsync(_layout.StoreLock, _time, null, cancellation).ConfigureAwait(false);
        var name = ModelName.Parse(manifest.Name);
        if (Find(name) is { } now && now.Files.SequenceEqual(manifest.Files))
        {
            try
            {
                ManifestFileStore.Write(_layout.Manifest(name), annotated);
            }
            catch (Exception e) when (DiskFault.Is(e))
            {
                throw DiskFault.Explain(e, $"writing down {manifest.Name}", _layout.Manifests, FreeSpace);
            }
        }
        return annotated;
    }

    /// <summary>Removes a name, and the blobs that no other name uses.</summary>
    /// <exception cref="CatalogException">There is no such name, or this user may not write the store.</exception>
    public async Task<Removal> RemoveAsync(ModelName name, CancellationToken cancellation)
    {
        if (!Directory.Exists(_layout.Manifests))
            throw CatalogException.NotFound($"the store {Home} has no '{name}'; it is empty");
        using var held = await FileLock.AcquireAsync(_layout.StoreLock, _time, null, cancellation).ConfigureAwait(false);
        var manifest = Find(name) ?? throw CatalogException.NotFound($"the store {Home} has no '{name}'");
        try
        {
            File.Delete(_layout.Manifest(name));
            var freed = Sweep([manifest]);
            WriteIndex();
            return new Removal(manifest.Name, freed);
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, $"removing {manifest.Name}", _layout.Home);
        }
    }

    /// <summary>The path under which a stored model's files appear with their own names: the file, or the folder for several.</summary>
    /// <exception cref="CatalogException">Blobs are missing; the model must be pulled again.</exception>
    public string PathOf(Manifest manifest)
    {
        foreach (var file in manifest.Files)
        {
            if (!Holds(file.Digest, file.Size))
                throw CatalogException.Failed($"{manifest.Name} is incomplete: {file.Path} is missing from {_layout.Blobs} or has another length; pull or import it again");
        }
        var view = _layout.View(manifest);
        if (!ModelView.IsComplete(view, manifest))
        {
            using var held = FileLock.AcquireAsync(_layout.StoreLock, _time, null, CancellationToken.None).GetAwaiter().GetResult();
            try
            {
                ModelView.Create(_layout, manifest);
            }
            catch (Exception e) when (DiskFault.Is(e))
            {
                throw DiskFault.Explain(e, $"making {manifest.Name}'s files appear", _layout.Views);
            }
        }
        if (manifest.Format == ModelFormats.Safetensors)
            return view;
        var first = manifest.Files.OrderBy(f => f.Path, StringComparer.Ordinal).First();
        return Path.Combine(view, first.Path.Replace('/', Path.DirectorySeparatorChar));
    }

    /// <summary>Removes the views and blobs of manifests that are gone, where nobody else uses them. The store lock is held.</summary>
    private long Sweep(IReadOnlyList<Manifest> gone)
    {
        var kept = List().Models;
        var views = kept.Select(_layout.View).ToHashSet(StringComparer.Ordinal);
        var blobs = kept.SelectMany(m => m.Files).Select(f => f.Sha256).ToHashSet(StringComparer.OrdinalIgnoreCase);
        long freed = 0;
        foreach (var manifest in gone)
        {
            var view = _layout.View(manifest);
            if (!views.Contains(view) && Directory.Exists(view))
                Directory.Delete(view, recursive: true);
            foreach (var file in manifest.Files)
            {
                var blob = new FileInfo(_layout.Blob(file.Digest));
                if (blobs.Contains(file.Sha256) || !blob.Exists)
                    continue;
                blob.Delete();
                freed += file.Linked ? 0 : file.Size;
            }
        }
        return freed;
    }

    /// <summary>Keeps <c>index.json</c>, which lets this store be served as a mirror. A store that cannot write it is a store all the same.</summary>
    private void WriteIndex() => ManifestFileStore.WriteIndex(_layout.Index, List().Models);
}
