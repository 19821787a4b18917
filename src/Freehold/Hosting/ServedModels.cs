using Freehold.Catalog.Names;
using Freehold.Engine;
using Freehold.Engine.Chat;
using Freehold.Engine.Embeddings;
using Freehold.Engine.Memory;
using Freehold.Engine.Refusals;
using Freehold.Gateway.Serving;
using Freehold.Models.Templates;
using Freehold.Planning;

namespace Freehold.Hosting;

/// <summary>Loaded models as the gateway serves them; owns them all.</summary>
internal sealed class ServedModels : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly List<ServedModel> _models = [];

    /// <summary>What each model got, a line a model, for people.</summary>
    public List<string> Choices { get; } = [];

    /// <summary>The models, as requests find them.</summary>
    public FixedModelDirectory Directory => new FixedModelDirectory([.. _models]);

    /// <summary>Takes over a model and starts what serves it.</summary>
    /// <param name="open">The model.</param>
    /// <param name="options">How its engine serves.</param>
    /// <param name="plan">Says what is to be expected of it, given what its engine uses (null for an encoder); null for nobody to tell.</param>
    public void Add(OpenModel open, EngineOptions options, Func<OpenModel, MemoryPlan?, ServingPlan>? plan = null)
    {
        _owned.Add(open);
        var created = new DateTimeOffset(File.GetLastWriteTimeUtc(open.Path), TimeSpan.Zero);
        var computing = $"{open.Compute.Isa.ToString().ToLowerInvariant()}, {open.Compute.Threads} threads, activations {(int)open.Loaded.Activations}; weights {open.Packing}";
        if (open.Loaded.Causal is null)
        {
            var encoder = open.Loaded.Embedding!;
            var generator = new EngineEmbeddingGenerator(open.Name, encoder, open.Loaded.Tokenizer);
            _owned.Add(generator);
            _models.Add(new ServedModel(open.Name, created, "freehold", null, generator, encoder.MaxTokens, open.Note, new EngineText(open.Loaded.Tokenizer, new ChatPrompt(open.Name, null)), Explain) { Facts = FactsOf(open) });
            Choices.Add($"{open.Name}: embeddings of {encoder.Shape.EmbeddingLength} floats, texts of at most {encoder.MaxTokens} tokens; {computing}");
            if (plan is not null)
                Choices.Add($"{open.Name}: {PlanText.Short(plan(open, null))}");
            return;
        }
        var engine = open.StartEngine(options);
        _owned.Add(engine);
        var client = new EngineChatClient(engine);
        _owned.Add(client);
        _models.Add(new ServedModel(open.Name, created, "freehold", client, null, engine.Plan.Context, open.Note, new EngineText(open.Loaded.Tokenizer, new ChatPrompt(open.Name, engine.Model.Render, engine.Model.Answers)), Explain) { Facts = FactsOf(open) });
        Choices.Add($"{open.Name}: {engine.Plan.Explanation}; {computing}");
        if (plan is not null)
            Choices.Add($"{open.Name}: {PlanText.Short(plan(open, engine.Plan))}");
    }

    /// <summary>In the opposite order: an engine ends before its model, a model before its kernels.</summary>
    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
            _owned[i].Dispose();
        _owned.Clear();
    }

    private static ModelFacts FactsOf(OpenModel open)
    {
        var shape = open.Loaded.Shape;
        var quantisation = Quantisation.FromFileName(Path.GetFileName(open.Path)) ?? Quantisation.FromFileName(open.Name.Replace(':', '-'));
        return new ModelFacts(shape.Architecture, open.Resolved.Format, shape.Parameters, quantisation, open.Resolved.Bytes, shape.EmbeddingLength, shape.Layers)
        {
            Sha256 = open.Resolved.Sha256,
            Licence = open.Loaded.Metadata.GetString("general.license", null),
            Template = open.Loaded.ChatTemplateSource,
        };
    }

    /// <summary>What a requester may know of the engine's failures.</summary>
    internal static Refusal? Explain(Exception failure) => failure switch
    {
        RequestRefusedException refused => new Refusal(StatusOf(refused.Code), refused.Code, refused.Parameter, refused.Message,
            refused.Code == RefusalCodes.QueueFull ? TimeSpan.FromSeconds(1) : null),
        TemplateRefusedException refused => new Refusal(400, RefusalCodes.TemplateRefused, "messages", refused.Message),
        TemplateErrorException error => new Refusal(400, "template_error", "messages", error.Message),
        GenerationFailedException failed => new Refusal(500, "generation_failed", null, failed.Message),
        ObjectDisposedException => new Refusal(503, "stopping", null, "The model is being closed; try again in a moment.", TimeSpan.FromSeconds(5)),
        _ => null,
    };

    private static int StatusOf(string code) => code switch
    {
        RefusalCodes.QueueFull => 429,
        RefusalCodes.ModelNotFound => 404,
        _ => 400,
    };
}
