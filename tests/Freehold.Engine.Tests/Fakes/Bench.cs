using Freehold.Engine.Sampling;
using Freehold.Engine.Streams;
using Freehold.Models.Templates;
using Freehold.Models.Templates.ToolUse;

namespace Freehold.Engine.Tests.Fakes;

/// <summary>An engine over the fakes. When it is disposed, every page must be free or cached: a leak fails the test that made it.</summary>
internal sealed class Bench : IDisposable
{
    private readonly bool _stepped;

    public Bench(EngineOptions? options = null, bool stepped = false, ByteTokenizer? tokenizer = null, RememberingModel? model = null, ChatTemplate? template = null, RememberingModel? draft = null)
    {
        _stepped = stepped;
        Tokenizer = tokenizer ?? new ByteTokenizer();
        Model = model ?? new RememberingModel(Tokenizer.VocabularySize);
        Draft = draft;
        Engine = new InferenceEngine(
            template is not null ? new EngineModel("fake", Model, Tokenizer, input => template.Render(input, new TemplateSettings { BosToken = "", EosToken = "" }), AnswerFormat.Of(template))
            : new EngineModel("fake", Model, Tokenizer, input => RenderedPrompt.Trusted(string.Concat(input["messages"]!.AsArray().Select(m => $"{m!["role"]}:{m["content"]}\n")))) { Draft = draft is null ? null : DraftModel.Of("small", draft, Tokenizer, "fake", Tokenizer) },
            options ?? Small(), start: !stepped);
    }

    public InferenceEngine Engine { get; }
    public RememberingModel Model { get; }
    public RememberingModel? Draft { get; }
    public ByteTokenizer Tokenizer { get; }

    /// <summary>A page of the fake model: 64 positions.</summary>
    public const int PageBytes = 512;

    public static EngineOptions Small(int pages = 512, int? streams = null) => new() { KvMemoryBytes = pages * PageBytes, MaxStreams = streams };

    public static GenerationRequest Request(IReadOnlyList<int> prompt, int maxTokens, string client = "", string tenant = "", SamplingParameters? sampling = null, params string[] stops) =>
        new() { Prompt = prompt, MaxTokens = maxTokens, Client = client, Tenant = tenant, Sampling = sampling ?? SamplingParameters.Greedy, StopStrings = stops };

    /// <summary>A prompt of byte tokens that a seed decides.</summary>
    public static int[] Prompt(int seed, int length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(256))];
    }

    /// <summary>The tokens this request gets in an engine of its own.</summary>
    public static async Task<int[]> Alone(GenerationRequest request)
    {
        using var bench = new Bench();
        return await Tokens(bench.Engine.Submit(request, TestContext.Current.CancellationToken));
    }

    public static async Task<int[]> Tokens(GenerationStream stream) => [.. (await All(stream)).Select(update => update.TokenId)];

    public static async Task<List<GenerationUpdate>> All(GenerationStream stream)
    {
        var updates = new List<GenerationUpdate>();
        await foreach (var update in stream.WithCancellation(TestContext.Current.CancellationToken))
            updates.Add(update);
        return updates;
    }

    /// <summary>Steps until nothing is left to do; returns the steps.</summary>
    public int StepAll()
    {
        var steps = 0;
        while (Engine.Core.Step())
            Assert.True(++steps < 1_000_000, "the engine does not come to an end");
        return steps;
    }

    public void Dispose()
    {
        Engine.Dispose();
        Assert.Equal(0, Engine.Core.Running);
        Assert.Equal(0, Engine.Core.Waiting);
        Assert.Equal(0, Engine.Core.Pages.InUse);
        Assert.Equal(Engine.Core.Pages.Total, Engine.Core.Pages.Available);
        Assert.True(Model.IsDisposed);
        Assert.True(Draft is null or { IsDisposed: true });
    }
}
