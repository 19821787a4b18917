using System.Diagnostics;
using Freehold.Engine.Sampling;
using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;
using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Models.Architectures;
using Freehold.Tests;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Tests.Models;

public class RealModelTests
{
    private static readonly string[] _beginnings =
        ["Once upon a time", "Lily and Tom went", "The dog was", "One day, a little girl named Lily found a needle in her room. She knew it was difficult to play with it because it was sharp."];

    // 5 layers of 4 key-value heads of 8: int8 with a scale for eight of them takes three eighths of it.
    private const long PageBytes = 5 * 4 * 2 * 64 * 8 * sizeof(float);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static FreeholdModel Open(EngineOptions options, KvType keysValues = KvType.F32) =>
        FreeholdModel.Open(SharedData.Require("models/stories260K-q8_0.gguf"), options, new ComputeOptions { Threads = 2 }, new LoadOptions { KeysValues = keysValues });

    private static GenerationRequest Request(FreeholdModel model, int i) => new()
    {
        Prompt = model.Loaded.Tokenizer.Encode(_beginnings[i % _beginnings.Length]),
        MaxTokens = 40 + i % 5 * 30,
        Sampling = i % 3 == 0 ? SamplingParameters.Greedy : new SamplingParameters { Seed = (ulong)i, TopP = 0.95f },
        Client = $"c{i % 4}",
    };

    [Theory]
    [InlineData(KvType.F32)]
    [InlineData(KvType.Q8)]
    public async Task Streams_among_many_get_the_tokens_they_get_alone(KvType keysValues)
    {
        const int streams = 24;
        var alone = new int[streams][];
        using (var model = Open(new() { MaxStreams = 1, SharePrefixes = false, PrefillChunk = 7, KvMemoryBytes = 4 << 20 }, keysValues))
            for (var i = 0; i < streams; i++)
                alone[i] = await Bench.Tokens(model.Engine!.Submit(Request(model, i), Cancellation));
        // Pages for a few of them only, so that some give way.
        foreach (var pages in new[] { 200, 50 })
        {
            using var model = Open(new() { MaxStreams = 16, KvMemoryBytes = pages * (keysValues == KvType.F32 ? PageBytes : PageBytes * 3 / 8) }, keysValues);
            Assert.Equal(pages, model.Engine!.Plan.Pages);
            var together = await Task.WhenAll(Enumerable.Range(0, streams).Select(i => Bench.Tokens(model.Engine!.Submit(Request(model, i), Cancellation))));
            for (var i = 0; i < streams; i++)
                Assert.Equal(alone[i], together[i]);
        }
    }

    [Fact]
    public async Task A_prompt_seen_before_is_not_computed_again_and_gives_the_same_answer()
    {
        using var model = Open(new() { KvMemoryBytes = 16 << 20 });
        var request = Request(model, 0) with { Prompt = model.Loaded.Tokenizer.Encode(string.Concat(Enumerable.Repeat(_beginnings[3] + " ", 4))) };
        var first = await Bench.All(model.Engine!.Submit(request, Cancellation));
        var second = await Bench.All(model.Engine.Submit(request, Cancellation));
        Assert.True(second[^1].Usage.CachedTokens >= 64);
        Assert.Equal(first.Select(update => update.TokenId), second.Select(update => update.TokenId));
    }

    [Fact]
    public async Task The_engines_thread_allocates_nothing_a_token()
    {
        using var model = Open(new() { KvMemoryBytes = 16 << 20 });
        var request = Request(model, 1) with { MaxTokens = 400, Sampling = new() { Seed = 1, TopK = 40, TopP = 0.9f, LogitBias = model.Loaded.Tokenizer.Special.EndOfGeneration.ToDictionary(id => id, _ => -100f) } };
        await using var reader = model.Engine!.Submit(request, Cancellation).GetAsyncEnumerator(Cancellation);
        for (var i = 0; i < 100; i++)
            Assert.True(await reader.MoveNextAsync());
        var allocated = new List<long>();
        for (var round = 0; round < 7; round++)
        {
            var before = model.Engine.Core.AllocatedBytes;
            for (var i = 0; i < 40; i++)
                Assert.True(await reader.MoveNextAsync());
            allocated.Add(model.Engine.Core.AllocatedBytes - before);
        }
        // One may: where the engine's thread first comes to a kernel that its helpers ran until then, the runtime keeps something once (WarmAllocation).
        Assert.InRange(allocated.Count(bytes => bytes > 0), 0, 1);
    }

    [Fact]
    public async Task The_embedded_model_knows_the_capital_of_France()
    {
        using var model = FreeholdModel.Open(Path.Combine(SharedData.Root, "models/SmolLM2-135M-Instruct-Q4_1.gguf"));
        var response = await model.Chat!.GetResponseAsync("What is the capital of France?", new() { Temperature = 0, MaxOutputTokens = 60 }, Cancellation);
        Assert.Contains("Paris", response.Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Fact]
    public async Task The_sample_of_five_lines_runs()
    {
        var sample = Path.Combine(AppContext.BaseDirectory, "HelloFreehold.dll");
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", [sample])
        {
            WorkingDirectory = SharedData.Root,
            RedirectStandardOutput = true,
        })!;
        var text = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("Paris", text, StringComparison.Ordinal);
    }
}
