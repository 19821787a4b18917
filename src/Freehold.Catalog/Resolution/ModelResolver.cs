using Freehold.Catalog.Bundles;
using Freehold.Catalog.Names;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Resolution;

/// <summary>
/// Finds the model that a person means: a path; then by name in the store, in the folders of <c>--models</c> and <c>FREEHOLD_MODELS</c>, among the models that
/// come with the program, and in the bundle that is running. A whole name anywhere goes before a part of a name anywhere.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="folders">Folders of model files, in order.</param>
/// <param name="embedded">The folder that comes with the program, or null.</param>
/// <param name="bundle">The running bundle, or null.</param>
public sealed class ModelResolver(CatalogStore store, IReadOnlyList<string> folders, string? embedded, BundleIndex? bundle)
{
    /// <summary>Finds a model.</summary>
    /// <exception cref="CatalogException">There is none of that name (the nearest names are said), or several.</exception>
    public ResolvedModel Resolve(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        if (ModelFiles.At(text) is { } files)
            return new ResolvedModel(files.Stem, files.OpenPath, files.Format, ModelPlace.Path, files.Bytes);
        if (File.Exists(text))
            throw CatalogException.Refused($"{Path.GetFullPath(text)} is no model: it does not begin as a GGUF file does");

        var groups = Groups();
        foreach (var matches in (Func<ResolvedModel, bool>[])[m => IsExactly(m, text), m => IsLoosely(m, text)])
        {
            foreach (var group in groups)
            {
                var found = group.Where(matches).ToList();
                if (found.Count == 1)
                    return Opened(found[0]);
                if (found.Count > 1)
                    throw CatalogException.Usage($"'{SafeFileName.Printable(text)}' is said of {found.Count} models: {string.Join(", ", found.Take(8).Select(Shown))}{(found.Count > 8 ? ", …" : "")}; name one of them");
            }
        }
        var all = groups.SelectMany(g => g).ToList();
        var hint = NameMatch.Suggest(text, all.Select(m => m.Name));
        var next = all.Count == 0 ? "; there is no model yet: freehold pull hf:owner/repo brings one" : hint.Length > 0 ? "" : "; freehold list shows what there is";
        throw CatalogException.NotFound(Path.IsPathRooted(text) || text.StartsWith('.')
            ? $"there is no model at {Path.GetFullPath(text)}"
            : $"there is no model '{SafeFileName.Printable(text)}', neither as a path nor in the catalogue{hint}{next}");
    }

    /// <summary>All models that have names, in the order in which names are looked up.</summary>
    public IReadOnlyList<ResolvedModel> ListAvailable() => [.. Groups().SelectMany(g => g)];

    private List<IReadOnlyList<ResolvedModel>> Groups()
    {
        var groups = new List<IReadOnlyList<ResolvedModel>> { store.List().Models.Select(FromManifest).ToList() };
        groups.AddRange(folders.Select(f => ModelFolder.List(f, ModelPlace.Folder)));
        if (embedded is not null)
            groups.Add(ModelFolder.List(embedded, ModelPlace.Embedded));
        if (bundle is not null)
            groups.Add(bundle.Models);
        return groups;
    }

    private static ResolvedModel FromManifest(Manifest manifest) =>
        new(manifest.Name, "", manifest.Format, ModelPlace.Catalogue, manifest.Size) { Manifest = manifest, Sha256 = manifest.Files.Count == 1 ? manifest.Files[0].Sha256 : null };

    /// <summary>The path of a stored model is made when it is wanted, not when it is listed.</summary>
    private ResolvedModel Opened(ResolvedModel model) => model.Manifest is { } manifest ? model with { Path = store.PathOf(manifest) } : model;

    private static string Shown(ResolvedModel model) => model.Place == ModelPlace.Folder ? $"{model.Name} ({model.Path})" : model.Name;

    private static bool IsExactly(ResolvedModel model, string text) =>
        model.Name.Equals(text, StringComparison.OrdinalIgnoreCase)
        || (ModelName.TryParse(text, out var wanted, out _) && ModelName.TryParse(model.Name, out var name, out _) && name.Equals(wanted));

    private static bool IsLoosely(ResolvedModel model, string text)
    {
        if (ModelName.TryParse(text, out var wanted, out _) && ModelName.TryParse(model.Name, out var name, out _) && NameMatch.Loosely(name, wanted))
            return true;
        // A file is also called by its own name, with ending or without, wherever it lies; and by what stands before its quantisation.
        if (text.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            return text.Equals(Path.GetFileName(model.Manifest is { } manifest ? manifest.Files[0].Path : model.Path), StringComparison.OrdinalIgnoreCase);
        var stem = Path.GetFileName(model.Name);
        return stem.Equals(text, StringComparison.OrdinalIgnoreCase)
            || (Quantisation.FromFileName(stem) is { } q && stem.Length > q.Length + 1
                && (stem[..^(q.Length + 1)].Equals(text, StringComparison.OrdinalIgnoreCase) || $"{stem[..^(q.Length + 1)]}:{q}".Equals(text, StringComparison.OrdinalIgnoreCase)));
    }
}
