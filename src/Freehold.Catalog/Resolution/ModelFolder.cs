using Freehold.Catalog.Names;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Resolution;

/// <summary>Finds the models in a folder whose files are used as they are.</summary>
public static class ModelFolder
{
    private const int MaxDepth = 2;

    /// <summary>All models up to two folders deep: GGUF files (a split once), and safetensors folders. What this user may not read is passed over.</summary>
    /// <param name="folder">The folder; a missing one has no models.</param>
    /// <param name="place">What kind of folder it is.</param>
    public static IReadOnlyList<ResolvedModel> List(string folder, ModelPlace place)
    {
        var found = new List<ResolvedModel>();
        if (Directory.Exists(folder))
            Walk(Path.GetFullPath(folder), Path.GetFullPath(folder), 0, place, found);
        return found;
    }

    private static void Walk(string root, string folder, int depth, ModelPlace place, List<ResolvedModel> found)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = true };
        foreach (var path in Directory.EnumerateFiles(folder, "*.gguf", options).Order(StringComparer.Ordinal))
        {
            if (SplitName.TryParse(path) is { Index: > 1 } || Path.GetFileName(path).StartsWith("mmproj", StringComparison.OrdinalIgnoreCase))
                continue;
            if (TryRead(path) is { } model)
                found.Add(Describe(root, SplitName.Stem(path), model, place));
        }
        if (depth > 0 && TryRead(folder) is { } whole)
        {
            found.Add(Describe(root, folder, whole, place));
            return;
        }
        if (depth == MaxDepth)
            return;
        foreach (var sub in Directory.EnumerateDirectories(folder, "*", options).Order(StringComparer.Ordinal))
            Walk(root, sub, depth + 1, place, found);
    }

    private static ModelFiles? TryRead(string path)
    {
        try
        {
            return ModelFiles.At(path);
        }
        catch (CatalogException)
        {
            // An incomplete split or an unreadable file is no model to offer; naming it says what is wrong with it.
            return null;
        }
    }

    private static ResolvedModel Describe(string root, string stem, ModelFiles model, ModelPlace place) =>
        new(Path.GetRelativePath(root, stem).Replace('\\', '/'), model.OpenPath, model.Format, place, model.Bytes);
}
