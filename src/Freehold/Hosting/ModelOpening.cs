using Freehold.Catalog.Resolution;
using Freehold.Commands;
using Freehold.Commands.Catalogue;
using Freehold.Kernels;
using Freehold.Models.Architectures;
using Freehold.Models.Files;

namespace Freehold.Hosting;

/// <summary>From what a person calls a model to the model.</summary>
internal sealed class ModelOpening(CatalogueContext context)
{
    /// <summary>Every model there is, in the order in which names are looked up.</summary>
    public IReadOnlyList<ResolvedModel> Available(string[]? folders) => context.Resolver(folders).ListAvailable();

    /// <summary>Finds a model by path or name.</summary>
    public ResolvedModel Resolve(string model, string[]? folders) => context.Resolver(folders).Resolve(model);

    /// <summary>Opens the file alone: enough to tokenize and to render.</summary>
    public static IModelSource OpenFile(ResolvedModel model) =>
        model.Length is { } length ? GgufFile.Open(model.Path, model.Offset, length) : ModelFiles.Open(model.Path);

    /// <summary>Loads a model to compute with.</summary>
    public static OpenModel Load(ResolvedModel model, ModelSettings settings, int maxLogitRows = 64)
    {
        var compute = new Compute(CommonOptions.ComputeOf(settings.Threads));
        try
        {
            var packs = PackedModels.Folder(Environment.GetEnvironmentVariable, Console.IsErrorRedirected ? null : Console.Error);
            var options = new LoadOptions { Activations = CommonOptions.ActivationsOf(settings.Activations), Context = settings.Context ?? 0, MaxLogitRows = maxLogitRows, Packs = packs };
            var loaded = ModelLoader.Load(OpenFile(model), compute, options);
            return new OpenModel(model.Name, model.Path, loaded, compute) { Packing = packs?.Outcome ?? "not packed" };
        }
        catch
        {
            compute.Dispose();
            throw;
        }
    }
}
