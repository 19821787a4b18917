namespace Freehold.Catalog.Store;

/// <summary>
/// A folder in which a model's blobs appear under their own names, as split GGUF files and safetensors folders need it. The files are hard links (no bytes, and
/// nothing to unpack), or symbolic links where the file system has no hard links.
/// </summary>
internal static class ModelView
{
    /// <summary>True where every file of the model is there with its length.</summary>
    public static bool IsComplete(string view, Manifest manifest) =>
        manifest.Files.All(f =>
        {
            var path = Path.Combine(view, f.Path.Replace('/', Path.DirectorySeparatorChar));
            var link = new FileInfo(path);
            if (!link.Exists)
                return false;
            var target = link.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? link;
            return target.Exists && target.Length == f.Size;
        });

    /// <summary>Makes the folder in one step. The store lock is held.</summary>
    public static void Create(StoreLayout layout, Manifest manifest)
    {
        var view = layout.View(manifest);
        if (IsComplete(view, manifest))
            return;
        if (Directory.Exists(view))
            Directory.Delete(view, recursive: true);
        Directory.CreateDirectory(layout.Views);
        var temporary = Path.Combine(layout.Views, $".{Guid.NewGuid():N}.tmp");
        try
        {
            foreach (var file in manifest.Files)
            {
                var path = Path.Combine(temporary, file.Path.Replace('/', Path.DirectorySeparatorChar));
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                if (!FileLink.TryHardLink(layout.Blob(file.Digest), path))
                    File.CreateSymbolicLink(path, layout.Blob(file.Digest));
            }
            Directory.Move(temporary, view);
        }
        catch
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
            throw;
        }
    }
}
