using Freehold.Engine;
using Freehold.Engine.Chat;
using Freehold.Engine.Refusals;
using Freehold.Kernels;
using Freehold.Models.Architectures;

namespace Freehold.Hosting;

/// <summary>A loaded model and the kernels it computes with, which are its own: a model has one caller at a time.</summary>
internal sealed class OpenModel(string name, string path, LoadedModel loaded, Compute compute) : IDisposable
{
    /// <summary>What requests and people call it.</summary>
    public string Name { get; } = name;

    /// <summary>The file or folder.</summary>
    public string Path { get; } = path;

    public LoadedModel Loaded { get; } = loaded;

    public Compute Compute { get; } = compute;

    /// <summary>How the weights lie in memory, for people.</summary>
    public string Packing { get; init; } = "not packed";

    /// <summary>What answers name because it is not the model's default; null for the default.</summary>
    public string? Note => Loaded.Activations == Loaded.DefaultActivations ? null : $"activations-{(int)Loaded.Activations}";

    /// <summary>Starts an engine, which from then on owns the weights; dispose it before this.</summary>
    /// <exception cref="ModelRefusedException">It does not fit.</exception>
    public InferenceEngine StartEngine(EngineOptions options) => new(new EngineModel(Name, Loaded.Causal!, Loaded.Tokenizer, TemplateRendering.Of(Loaded, Name, options.Clock)), options);

    public void Dispose()
    {
        Loaded.Dispose();
        Compute.Dispose();
    }
}
