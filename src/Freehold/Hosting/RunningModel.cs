using Freehold.Catalog.Names;
using Freehold.Engine;
using Freehold.Engine.Chat;
using Freehold.Engine.Embeddings;
using Freehold.Engine.Memory;
using Freehold.Engine.Refusals;
using Freehold.Engine.Reranking;
using Freehold.Gateway.Serving;
using Freehold.Models.Inference;
using Freehold.Planning;

namespace Freehold.Hosting;

/// <summary>A loaded model with what serves it, as the gateway knows it; owns both.</summary>
internal sealed class RunningModel : IDisposable
{
    private readonly List<IDisposable> _owned;

    private RunningModel(ServedModel served, MemoryPlan? memory, IReadOnlyList<string> choices, List<IDisposable> owned) =>
        (Served, Memory, Choices, _owned) = (served, memory, choices, owned);

    /// <summary>What requests get.</summary>
    public ServedModel Served { get; }

    /// <summary>What its engine uses; null for an encoder.</summary>
    public MemoryPlan? Memory { get; }

    /// <summary>What generates; null for one that only encodes or ranks.</summary>
    public InferenceEngine? Engine { get; private init; }

    /// <summary>What it got and why, for people.</summary>
    public IReadOnlyList<string> Choices { get; }

    /// <summary>Takes over a model and starts what serves it. Where that fails the model is closed.</summary>
    /// <param name="open">The model.</param>
    /// <param name="options">How its engine serves.</param>
    /// <param name="plan">Says what is to be expected of it, given what its engine uses (null for an encoder); null for nobody to tell.</param>
    /// <exception cref="ModelRefusedException">It does not fit.</exception>
    public static RunningModel Start(OpenModel open, EngineOptions options, Func<OpenModel, MemoryPlan?, ServingPlan>? plan = null)
    {
        List<IDisposable> owned = [open];
        try
        {
            return open.Loaded.Ranking is { } ranking ? Ranker(open, ranking, plan, owned) : open.Loaded.Causal is null ? Encoder(open, plan, owned) : Generator(open, options, plan, owned);
        }
        catch
        {
            Close(owned);
            throw;
        }
    }

    private static RunningModel Ranker(OpenModel open, RankingModel ranking, Func<OpenModel, MemoryPlan?, ServingPlan>? plan, List<IDisposable> owned)
    {
        var reranker = new CrossEncoderReranker(ranking, open.Loaded.Tokenizer);
        owned.Add(reranker);
        var text = new EngineText(open.Loaded.Tokenizer, new ChatPrompt(open.Name, null));
        var served = new ServedModel(open.Name, CreatedOf(open), "freehold", null, null, ranking.MaxTokens, open.Note, text, ServedModels.Explain) { Reranker = new EngineReranker(reranker), Facts = FactsOf(open) };
        return new RunningModel(served, null, ChoicesOf(open, $"ranks documents, with their query of at most {ranking.MaxTokens} tokens", plan, null), owned);
    }

    private static RunningModel Encoder(OpenModel open, Func<OpenModel, MemoryPlan?, ServingPlan>? plan, List<IDisposable> owned)
    {
        var encoder = open.Loaded.Embedding!;
        var generator = new EngineEmbeddingGenerator(open.Name, encoder, open.Loaded.Tokenizer);
        owned.Add(generator);
        var text = new EngineText(open.Loaded.Tokenizer, new ChatPrompt(open.Name, null));
        var served = new ServedModel(open.Name, CreatedOf(open), "freehold", null, generator, encoder.MaxTokens, open.Note, text, ServedModels.Explain) { Facts = FactsOf(open) };
        return new RunningModel(served, null, ChoicesOf(open, $"embeddings of {encoder.Shape.EmbeddingLength} floats, texts of at most {encoder.MaxTokens} tokens", plan, null), owned);
    }

    private static RunningModel Generator(OpenModel open, EngineOptions options, Func<OpenModel, MemoryPlan?, ServingPlan>? plan, List<IDisposable> owned)
    {
        var engine = open.StartEngine(options);
        owned.Add(engine);
        var client = new EngineChatClient(engine);
        owned.Add(client);
        var text = new EngineText(open.Loaded.Tokenizer, new ChatPrompt(open.Name, engine.Model.Render, engine.Model.Answers));
        var served = new ServedModel(open.Name, CreatedOf(open), "freehold", client, null, engine.Plan.Context, open.Note, text, ServedModels.Explain) { Facts = FactsOf(open) };
        return new RunningModel(served, engine.Plan, ChoicesOf(open, engine.Plan.Explanation, plan, engine.Plan), owned) { Engine = engine };
    }

    /// <summary>In the opposite order: an engine ends before its model, a model before its kernels.</summary>
    public void Dispose() => Close(_owned);

    private static void Close(List<IDisposable> owned)
    {
        for (var i = owned.Count - 1; i >= 0; i--)
            owned[i].Dispose();
        owned.Clear();
    }

    private static List<string> ChoicesOf(OpenModel open, string serves, Func<OpenModel, MemoryPlan?, ServingPlan>? plan, MemoryPlan? memory)
    {
        List<string> choices = [$"{open.Name}: {serves}; {ComputingOf(open)}"];
        if (open.Draft is { } draft)
            choices.Add($"{open.Name}: {draft.Name} guesses ahead for it; {ComputingOf(draft)}");
        if (plan is not null)
            choices.Add($"{open.Name}: {PlanText.Short(plan(open, memory))}");
        return choices;
    }

    private static DateTimeOffset CreatedOf(OpenModel open) => new(File.GetLastWriteTimeUtc(open.Path), TimeSpan.Zero);

    private static string ComputingOf(OpenModel open) =>
        $"{open.Compute.Isa.ToString().ToLowerInvariant()}, {open.Compute.Threads} threads, activations {(int)open.Loaded.Activations}; weights {open.Packing}";

    private static ModelFacts FactsOf(OpenModel open)
    {
        var shape = open.Loaded.Shape;
        return new ModelFacts(shape.Architecture, open.Resolved.Format, shape.Parameters, QuantisationOf(open.Resolved), open.Resolved.Bytes, shape.EmbeddingLength, shape.Layers)
        {
            Sha256 = open.Resolved.Sha256,
            Licence = open.Loaded.Metadata.GetString("general.license", null),
            Template = open.Loaded.ChatTemplateSource,
        };
    }

    /// <summary>How the weights are stored, as the names say; null where they do not.</summary>
    internal static string? QuantisationOf(Catalog.Resolution.ResolvedModel model) =>
        model.Pack ?? Quantisation.FromFileName(Path.GetFileName(model.Path)) ?? Quantisation.FromFileName(model.Name.Replace(':', '-'));
}
