using Freehold.Catalog.Resolution;
using Freehold.Commands;
using Freehold.Commands.Catalogue;
using Freehold.Kernels;
using Freehold.Kernels.Threads;
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

    /// <summary>Starts the threads that all models of this process share: one budget of cores.</summary>
    public static WorkerPool StartWorkers(ModelSettings settings) => new(CommonOptions.ComputeOf(settings.Threads).Threads ?? ProcessorBudget.Detect().Threads);

    /// <summary>Loads a model to compute with.</summary>
    /// <param name="model">Which.</param>
    /// <param name="settings">How it is run.</param>
    /// <param name="workers">Threads to share with other models; null for a model that is the only one.</param>
    /// <param name="maxLogitRows">Rows of logits one step may give: streams at once.</param>
    public static OpenModel Load(ResolvedModel model, ModelSettings settings, WorkerPool? workers = null, int maxLogitRows = 64)
    {
        var asked = CommonOptions.ComputeOf(settings.Threads);
        var compute = new Compute(workers is null ? asked : asked with { Threads = null, Workers = workers });
        try
        {
            var options = new LoadOptions { Activations = CommonOptions.ActivationsOf(settings.Activations), Context = settings.Context ?? 0, MaxLogitRows = maxLogitRows };
            return new OpenModel(model.Name, model.Path, ModelLoader.Load(OpenFile(model), compute, options), compute);
        }
        catch
        {
            compute.Dispose();
            throw;
        }
    }
}
