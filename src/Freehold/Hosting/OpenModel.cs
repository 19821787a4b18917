using Freehold.Catalog.Resolution;
using Freehold.Engine;
using Freehold.Engine.Chat;
using Freehold.Engine.Refusals;
using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Machine;
using Freehold.Kernels.Products.Lossy;
using Freehold.Models.Architectures;
using Freehold.Planning;

namespace Freehold.Hosting;

/// <summary>A loaded model and the kernels it computes with, which are its own; their threads it may share with other models.</summary>
internal sealed class OpenModel(ResolvedModel model, LoadedModel loaded, Compute compute, ModelWork work) : IDisposable
{
    /// <summary>What requests and people call it.</summary>
    public string Name => model.Name;

    /// <summary>The file or folder.</summary>
    public string Path => model.Path;

    /// <summary>Where it was found.</summary>
    public ResolvedModel Resolved => model;

    /// <summary>What a token costs.</summary>
    public ModelWork Work => work;

    public LoadedModel Loaded { get; } = loaded;

    public Compute Compute { get; } = compute;

    /// <summary>How the weights lie in memory, for people.</summary>
    public string Packing { get; init; } = "not packed";

    /// <summary>Which kernels were chosen for its weights, for people; empty where there was no choice.</summary>
    public string Kernels { get; init; } = "";

    /// <summary>What a token would cost if its weights were packed with loss.</summary>
    public IReadOnlyDictionary<LossyKind, ModelWork> LossyWork { get; init; } = new Dictionary<LossyKind, ModelWork>();

    /// <summary>Where it computes on a machine of several NUMA nodes.</summary>
    public required NodePlacement Placement { get; init; }

    /// <summary>Its threads, where it shares none.</summary>
    public SharedThreads? OwnThreads { private get; init; }

    /// <summary>Guesses for it, on its threads; null: no model does.</summary>
    public OpenModel? Draft { get; set; }

    /// <summary>What answers name because it is not the model's default; null for the default.</summary>
    public string? Note => string.Join('+', Notes()) is { Length: > 0 } notes ? notes : null;

    /// <summary>Starts an engine, which from then on owns the weights; dispose it before this.</summary>
    /// <exception cref="ModelRefusedException">It does not fit.</exception>
    public InferenceEngine StartEngine(EngineOptions options) => new(EngineModel.Of(Loaded, Name, options.Clock) with { Draft = DraftModel }, options);

    /// <summary>The draft as the engine takes it.</summary>
    /// <exception cref="ModelRefusedException">Its vocabulary is another.</exception>
    public DraftModel? DraftModel => Draft is null ? null : Engine.DraftModel.Of(Draft.Name, Draft.Loaded, Name, Loaded.Tokenizer);

    private IEnumerable<string> Notes()
    {
        if (model.Pack is { } pack)
            yield return pack;
        if (Loaded.Activations != Loaded.DefaultActivations)
            yield return $"activations-{(int)Loaded.Activations}";
        if (Loaded.KeysValues != KvType.F32)
            yield return $"kv-{KeysValuesChoice.NameOf(Loaded.KeysValues)}";
    }

    public void Dispose()
    {
        Draft?.Dispose();
        Loaded.Dispose();
        Compute.Dispose();
        OwnThreads?.Dispose();
    }
}
