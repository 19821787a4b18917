using Freehold.Engine.Sampling;
using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;
using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Models.Architectures;
using Freehold.Tests;

namespace Freehold.Engine.Tests.Models;

/// <summary>
/// The embedded model through the whole engine: equal tokens and equal bits of log-probabilities (which a change of one logit's bit would change),
/// whatever the company, the chunks, the prefix cache, the threads and the instruction set.
/// </summary>
public sealed class EqualAnswersTests
{
    /// <summary>Longer than a page of 64 positions.</summary>
    private const string Preamble = "You are a careful clerk of a small library. Answer in one short sentence, say what you do not know, and never invent a title, a name or a year. Readers ask about books, opening hours and reading rooms. "
        + "The library opens at nine on weekdays and at ten on Saturdays, it is closed on Sundays, and its two reading rooms are on the first floor beside the stairs, where silence is kept. ";

    private static readonly string[] _questions =
        ["What is the capital of France?", "Who wrote Faust?", "When do you open?", "Count to five.", "Is the sea blue?", "Name a river in Egypt.", "What is 2+2?", "Say hello in Spanish."];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    public async Task A_batch_of_strangers_changes_no_bit(int streams)
    {
        List<string>[] alone;
        using (var model = Open(new() { MaxStreams = 1, SharePrefixes = false }))
            alone = await Answers(model, 8, together: false);
        using var crowd = Open(new() { MaxStreams = streams, SharePrefixes = false });
        var together = await Answers(crowd, streams, together: true);
        // Beyond eight the questions come again, with other companions beside them.
        for (var i = 0; i < streams; i++)
            Assert.Equal(alone[i % 8], together[i]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(512)]
    public async Task Chunks_of_the_prompt_change_no_bit(int chunk)
    {
        using var whole = Open(new() { MaxStreams = 2, SharePrefixes = false });
        using var chunked = Open(new() { MaxStreams = 2, SharePrefixes = false, PrefillChunk = chunk, PrefillChunkBesideDecoding = chunk });
        Assert.Equal(await Answers(whole, 2, together: false, Preamble), await Answers(chunked, 2, together: true, Preamble));
    }

    [Theory]
    [InlineData(KvType.F32)]
    [InlineData(KvType.Q8)]
    public async Task A_cached_prefix_changes_no_bit(KvType keysValues)
    {
        using var without = Open(new() { MaxStreams = 4, SharePrefixes = false, PrefillChunk = 100 }, keysValues: keysValues);
        using var with = Open(new() { MaxStreams = 4, SharePrefixes = true }, keysValues: keysValues);
        var expected = await Answers(without, 4, together: false, Preamble);
        Assert.Equal(expected, await Answers(with, 4, together: false, Preamble));
        // A second time all prompts come out of the cache, one by one and at once.
        var again = await Updates(with, 0, Preamble);
        Assert.True(again[^1].Usage.CachedTokens >= 64 && again[^1].Usage.PromptTokens > again[^1].Usage.CachedTokens, $"{again[^1].Usage}");
        Assert.Equal(expected[0], again.Select(Bits));
        Assert.Equal(expected, await Answers(with, 4, together: true, Preamble));
        Assert.Equal(0, (await Updates(without, 0, Preamble))[^1].Usage.CachedTokens);
    }

    [Fact]
    public async Task Threads_and_instruction_sets_change_no_bit()
    {
        List<string>? expected = null;
        foreach (var isa in InstructionSets.Supported)
            foreach (var threads in isa == InstructionSet.Scalar ? new[] { 2 } : [1, 2])
            {
                using var model = Open(new() { MaxStreams = 1 }, new ComputeOptions { Isa = isa, Threads = threads });
                // The scalar kernels take a second a token.
                var answer = (await Updates(model, 0, "", isa == InstructionSet.Scalar ? 3 : 12)).ConvertAll(Bits);
                expected ??= answer;
                var length = Math.Min(expected.Count, answer.Count);
                Assert.Equal(expected[..length], answer[..length]);
                expected = answer.Count > expected.Count ? answer : expected;
            }
        Assert.True(expected!.Count > 3, "the answer is too short to tell");
    }

    private static FreeholdModel Open(EngineOptions options, ComputeOptions? compute = null, KvType keysValues = KvType.F32) => FreeholdModel.Open(
        Path.Combine(SharedData.Root, "models/SmolLM2-135M-Instruct-Q4_1.gguf"), options with { Context = 512, KvMemoryBytes = 256 << 20 }, compute ?? new ComputeOptions { Threads = 2 },
        new LoadOptions { Context = 512, KeysValues = keysValues });

    private static async Task<List<string>[]> Answers(FreeholdModel model, int count, bool together, string preamble = "")
    {
        if (together)
            return [.. (await Task.WhenAll(Enumerable.Range(0, count).Select(i => Updates(model, i, preamble)))).Select(updates => updates.ConvertAll(Bits))];
        var answers = new List<string>[count];
        for (var i = 0; i < count; i++)
            answers[i] = (await Updates(model, i, preamble)).ConvertAll(Bits);
        return answers;
    }

    private static Task<List<GenerationUpdate>> Updates(FreeholdModel model, int i, string preamble, int tokens = 12)
    {
        var question = _questions[i % _questions.Length];
        return Bench.All(model.Engine!.Submit(new GenerationRequest
        {
            Prompt = model.Loaded.Tokenizer.Encode($"<|im_start|>user\n{preamble}{question}<|im_end|>\n<|im_start|>assistant\n", parseSpecial: true),
            MaxTokens = tokens,
            Sampling = i % 2 == 0 ? SamplingParameters.Greedy : new SamplingParameters { Seed = 7, Temperature = 0.8f },
            LogProbabilities = true,
            TopLogProbabilities = 20,
            Client = $"c{i}",
        }, Cancellation));
    }

    /// <summary>The token, and the bits of its log-probability and of the twenty likeliest.</summary>
    private static string Bits(GenerationUpdate update) =>
        $"{update.TokenId} {BitConverter.SingleToUInt32Bits(update.LogProbability):x8} "
        + string.Join(' ', update.Alternatives.Select(other => $"{other.TokenId}:{BitConverter.SingleToUInt32Bits(other.LogProbability):x8}"));
}
