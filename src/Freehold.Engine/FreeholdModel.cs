using Freehold.Engine.Chat;
using Freehold.Engine.Embeddings;
using Freehold.Engine.Refusals;
using Freehold.Engine.Reranking;
using Freehold.Kernels;
using Freehold.Models.Architectures;
using Freehold.Models.Files;
using Microsoft.Extensions.AI;

namespace Freehold.Engine;

/// <summary>A model file opened and served in this process: the shortest way from a path to an <see cref="IChatClient"/>.</summary>
public sealed class FreeholdModel : IDisposable
{
    // A draft needs room for a page of each of four texts.
    private const int DraftRows = 256, DraftLogitRows = 4;
    private readonly Compute _compute;
    private readonly Compute? _draftCompute;

    private FreeholdModel(string id, Compute compute, LoadedModel loaded, (Compute Compute, DraftModel Model)? draft, EngineOptions options)
    {
        (Id, _compute, Loaded, _draftCompute) = (id, compute, loaded, draft?.Compute);
        if (loaded.Causal is not null)
        {
            Engine = new InferenceEngine(EngineModel.Of(loaded, id, options.Clock) with { Draft = draft?.Model }, options);
            Chat = new EngineChatClient(Engine, options.Clock);
        }
        if (loaded.Embedding is { } embedding)
            Embeddings = new EngineEmbeddingGenerator(id, embedding, loaded.Tokenizer, options.Clock);
        if (loaded.Ranking is { } ranking)
            Reranker = new CrossEncoderReranker(ranking, loaded.Tokenizer);
    }

    /// <summary>The name it is known by: the file's, without its ending, unless another was given.</summary>
    public string Id { get; }

    /// <summary>What the file holds.</summary>
    public LoadedModel Loaded { get; }

    /// <summary>Serves the model, if it generates.</summary>
    public InferenceEngine? Engine { get; }

    /// <summary>The model as a chat client, if it generates.</summary>
    public IChatClient? Chat { get; }

    /// <summary>The model as an embedding generator, if it is an encoder of single texts.</summary>
    public IEmbeddingGenerator<string, Embedding<float>>? Embeddings { get; }

    /// <summary>The model as a reranker, if it is a cross-encoder.</summary>
    public CrossEncoderReranker? Reranker { get; }

    /// <summary>Opens a GGUF file or a safetensors folder and starts serving it.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">What the engine may use; null lets it choose.</param>
    /// <param name="computeOptions">Threads and instruction set; null reads the environment (<c>FREEHOLD_THREADS</c>, <c>FREEHOLD_ISA</c>).</param>
    /// <param name="loadOptions">How the model is loaded; null for the model's own defaults.</param>
    /// <param name="id">The name it is known by; null takes the file's.</param>
    /// <param name="draft">A small model of the same vocabulary that guesses ahead for this one: the same tokens, in fewer steps where it is often right; null for none.</param>
    /// <exception cref="FileNotFoundException">There is nothing at that path.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, or of a kind that is not run.</exception>
    /// <exception cref="ModelRefusedException">The model does not fit the memory there is, or the draft's vocabulary is another.</exception>
    public static FreeholdModel Open(
        string path, EngineOptions? options = null, ComputeOptions? computeOptions = null, LoadOptions? loadOptions = null, string? id = null, string? draft = null)
    {
        options ??= new EngineOptions();
        loadOptions ??= new LoadOptions { Context = options.Context ?? 0 };
        if (options.MaxStreams > loadOptions.MaxLogitRows)
            loadOptions = loadOptions with { MaxLogitRows = options.MaxStreams.Value };
        var source = ModelFiles.Open(path);
        var compute = new Compute(computeOptions ?? ComputeOptions.FromEnvironment());
        LoadedModel? loaded = null;
        (Compute Compute, DraftModel Model)? guessing = null;
        try
        {
            loaded = ModelLoader.Load(source, compute, loadOptions);
            id ??= NameOf(path);
            if (draft is not null && loaded.Causal is not null)
                guessing = OpenDraft(draft, compute, loadOptions, id, loaded);
            return new FreeholdModel(id, compute, loaded, guessing, options);
        }
        catch
        {
            guessing?.Model.Causal.Dispose();
            guessing?.Compute.Dispose();
            loaded?.Dispose();
            compute.Dispose();
            throw;
        }
    }

    private static (Compute, DraftModel) OpenDraft(string path, Compute target, LoadOptions options, string targetId, LoadedModel targetModel)
    {
        var source = ModelFiles.Open(path);
        var compute = new Compute(new ComputeOptions { Isa = target.Isa, Workers = target.Workers });
        LoadedModel? loaded = null;
        try
        {
            loaded = ModelLoader.Load(source, compute, options with { Activations = null, MaxRows = DraftRows, MaxLogitRows = DraftLogitRows });
            return (compute, DraftModel.Of(NameOf(path), loaded, targetId, targetModel.Tokenizer));
        }
        catch
        {
            loaded?.Dispose();
            compute.Dispose();
            throw;
        }
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path));

    /// <summary>Ends all answers and frees the model.</summary>
    public void Dispose()
    {
        Chat?.Dispose();
        Engine?.Dispose();
        Embeddings?.Dispose();
        Reranker?.Dispose();
        Loaded.Dispose();
        _draftCompute?.Dispose();
        _compute.Dispose();
    }
}
