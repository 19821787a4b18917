using System.Text.Json.Nodes;
using Freehold.Engine;
using Freehold.Engine.Refusals;
using Freehold.Kernels;
using Freehold.Models.Architectures;
using Freehold.Models.Templates;
using Freehold.Models.Tokenizers;

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

    /// <summary>What answers name because it is not the model's default; null for the default.</summary>
    public string? Note => Loaded.Activations == Loaded.DefaultActivations ? null : $"activations-{(int)Loaded.Activations}";

    /// <summary>Starts an engine, which from then on owns the weights; dispose it before this.</summary>
    /// <exception cref="ModelRefusedException">It does not fit.</exception>
    public InferenceEngine StartEngine(EngineOptions options) => new(new EngineModel(Name, Loaded.Causal!, Loaded.Tokenizer, Renderer(options.Clock)), options);

    public void Dispose()
    {
        Loaded.Dispose();
        Compute.Dispose();
    }

    /// <summary>The tokens a template may write, which the model's owner vouches for.</summary>
    public static TemplateSettings SettingsOf(Tokenizer tokenizer, DateTimeOffset now) => new()
    {
        BosToken = tokenizer.Special.Bos >= 0 ? tokenizer.Piece(tokenizer.Special.Bos) : null,
        EosToken = tokenizer.Special.Eos >= 0 ? tokenizer.Piece(tokenizer.Special.Eos) : null,
        Now = now,
    };

    private Func<JsonObject, RenderedPrompt>? Renderer(TimeProvider clock)
    {
        if (Loaded.ChatTemplateError is { } error)
            return _ => throw new RequestRefusedException(RefusalCodes.UnsupportedModel, $"the chat template of '{Name}' cannot be used: {error}; /v1/completions works without it");
        return Loaded.ChatTemplate is { } template
            ? input => template.Render(input, SettingsOf(Loaded.Tokenizer, clock.GetLocalNow()))
            : null;
    }
}
