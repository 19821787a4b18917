using Freehold.Engine.Chat;
using Freehold.Engine.Embeddings;
using Freehold.Kernels;
using Freehold.Models.Architectures;
using Freehold.Models.Files;
using Microsoft.Extensions.AI;

namespace Freehold.Engine;

/// <summary>A model file in this process, ready to answer: the shortest way from a path to an <see cref="IChatClient"/>.</summary>
public sealed class LocalModel : IDisposable
{
    private readonly Compute _compute;
    private readonly LoadedModel _model;
    private readonly InferenceEngine? _engine;

    private LocalModel(Compute compute, LoadedModel model, EngineOptions options)
    {
        (_compute, _model) = (compute, model);
        var name = Path.GetFileNameWithoutExtension(model.Origin);
        if (model.Embedding is { } encoder)
        {
            Embeddings = new EngineEmbeddingGenerator(name, encoder, model.Tokenizer);
            return;
        }
        _engine = new InferenceEngine(new EngineModel(name, model.Causal!, model.Tokenizer, TemplateRendering.Of(model, name, options.Clock)), options);
        Chat = new EngineChatClient(_engine);
    }

    /// <summary>Answers, where the model generates.</summary>
    public IChatClient? Chat { get; }

    /// <summary>Vectors, where the model is an encoder.</summary>
    public IEmbeddingGenerator<string, Embedding<float>>? Embeddings { get; }

    /// <summary>Opens a GGUF file or a Hugging Face folder.</summary>
    /// <exception cref="ModelFormatException">It is damaged, or of a kind this engine does not run.</exception>
    /// <exception cref="Refusals.ModelRefusedException">It does not fit the memory there is.</exception>
    public static LocalModel Open(string path, EngineOptions? options = null)
    {
        options ??= new EngineOptions();
        var compute = new Compute(ComputeOptions.FromEnvironment());
        LoadedModel? model = null;
        try
        {
            model = ModelLoader.Load(ModelFiles.Open(path), compute, new LoadOptions { Context = options.Context ?? 0 });
            return new LocalModel(compute, model, options);
        }
        catch
        {
            model?.Dispose();
            compute.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Chat?.Dispose();
        Embeddings?.Dispose();
        _engine?.Dispose();
        _model.Dispose();
        _compute.Dispose();
    }
}
