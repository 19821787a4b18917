using System.Text;
using Freehold.Engine.Refusals;
using Freehold.Engine.Sampling;
using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;

namespace Freehold.Engine.Tests.Streams;

public class AnswerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A model that says this text after any prompt, then ends.</summary>
    private static RememberingModel Saying(string text, int vocabulary = 258, int prompt = 1)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new RememberingModel(vocabulary)
        {
            Script = (tokens, logits) => logits[tokens.Length - prompt < bytes.Length ? bytes[tokens.Length - prompt] : ByteTokenizer.Eos] = 50,
        };
    }

    private static GenerationRequest Request(int maxTokens, params string[] stops) => Bench.Request([ByteTokenizer.Bos], maxTokens, stops: stops);

    [Fact]
    public async Task An_answer_ends_with_the_models_own_end_which_is_not_shown()
    {
        using var bench = new Bench(model: Saying("Grüße 👋"));
        var updates = await Bench.All(bench.Engine.Submit(Request(100), Cancellation));
        Assert.Equal("Grüße 👋", string.Concat(updates.Select(update => update.Text)));
        Assert.Equal(FinishReason.Stop, updates[^1].FinishReason);
        Assert.Equal(ByteTokenizer.Eos, updates[^1].TokenId);
        Assert.Equal(new GenerationUsage(1, 0, 13), updates[^1].Usage with { Queued = default });
        Assert.All(updates, update => Assert.DoesNotContain('\uFFFD', update.Text));
    }

    [Fact]
    public async Task A_stop_string_ends_an_answer_and_nothing_after_it_is_computed()
    {
        using var bench = new Bench(model: Saying("one two three four"));
        var updates = await Bench.All(bench.Engine.Submit(Request(100, "three", "nine"), Cancellation));
        Assert.Equal("one two ", string.Concat(updates.Select(update => update.Text)));
        Assert.Equal(FinishReason.Stop, updates[^1].FinishReason);
        Assert.Equal(13, updates[^1].Usage.GeneratedTokens);
    }

    [Fact]
    public async Task The_number_of_tokens_asked_for_ends_an_answer()
    {
        using var bench = new Bench(model: Saying("one two three"));
        var updates = await Bench.All(bench.Engine.Submit(Request(5, "tw"), Cancellation));
        Assert.Equal("one t", string.Concat(updates.Select(update => update.Text)));
        Assert.Equal(FinishReason.Length, updates[^1].FinishReason);
    }

    [Fact]
    public async Task Control_tokens_in_an_answer_are_not_shown()
    {
        using var bench = new Bench(model: new RememberingModel(258)
        {
            Script = (tokens, logits) => logits[tokens.Length switch { 1 => 'a', 2 => ByteTokenizer.Bos, 3 => 'b', _ => ByteTokenizer.Eos }] = 50,
        });
        Assert.Equal("ab", string.Concat((await Bench.All(bench.Engine.Submit(Request(9), Cancellation))).Select(update => update.Text)));
    }

    [Fact]
    public async Task Log_probabilities_are_those_of_the_models_own_distribution()
    {
        using var bench = new Bench();
        var request = Bench.Request(Bench.Prompt(3, 10), 5, sampling: new SamplingParameters { Temperature = 0.3f, TopK = 5, Seed = 9 }) with { LogProbabilities = true, TopLogProbabilities = 20 };
        float[]? row = null;
        bench.Model.Script = (_, logits) => row = logits;
        var updates = await Bench.All(bench.Engine.Submit(request, Cancellation));
        var last = updates[^1];
        var sum = Math.Log(row!.Sum(logit => Math.Exp(logit)));
        Assert.Equal(row![last.TokenId] - sum, last.LogProbability, 1e-5);
        var best = Enumerable.Range(0, row.Length).OrderByDescending(id => row[id]).ThenBy(id => id).Take(20).ToArray();
        Assert.Equal(best, last.Alternatives.Select(alternative => alternative.TokenId));
        Assert.All(last.Alternatives, alternative => Assert.Equal(row[alternative.TokenId] - sum, alternative.LogProbability, 1e-5));
    }

    [Fact]
    public async Task Logits_that_are_no_numbers_end_their_own_answer_only()
    {
        using var bench = new Bench(model: new RememberingModel(258)
        {
            Script = (tokens, logits) =>
            {
                logits[ByteTokenizer.Eos] = -1;
                if (tokens[0] == 1 && tokens.Length == 40)
                    logits[17] = float.NaN;
            },
        });
        var bad = bench.Engine.Submit(Bench.Request([1, .. Bench.Prompt(1, 30)], 100), Cancellation);
        var good = bench.Engine.Submit(Bench.Request([2, .. Bench.Prompt(1, 30)], 100), Cancellation);
        var error = await Assert.ThrowsAsync<GenerationFailedException>(async () => await Bench.All(bad));
        Assert.Contains("position 40", error.Message, StringComparison.Ordinal);
        Assert.Equal(100, (await Bench.All(good)).Count);
    }

    [Fact]
    public async Task A_model_that_fails_fails_the_streams_of_that_step_and_the_engine_goes_on()
    {
        using var bench = new Bench();
        bench.Model.Watch = _ => throw new InvalidOperationException("no");
        await Assert.ThrowsAsync<GenerationFailedException>(async () => await Bench.All(bench.Engine.Submit(Bench.Request([1], 10), Cancellation)));
        bench.Model.Watch = null;
        Assert.NotEmpty(await Bench.All(bench.Engine.Submit(Bench.Request([1], 10), Cancellation)));
    }

    [Fact]
    public async Task An_engine_that_cannot_go_on_tells_everybody()
    {
        using var bench = new Bench();
        using var allHere = new ManualResetEventSlim();
        bench.Model.Watch = _ =>
        {
            allHere.Wait(Cancellation);
            throw new InsufficientMemoryException("none left");
        };
        var streams = Enumerable.Range(1, 3).Select(i => bench.Engine.Submit(Bench.Request([i], 10), Cancellation)).ToList();
        allHere.Set();
        foreach (var stream in streams)
            Assert.Contains("none left", (await Assert.ThrowsAsync<GenerationFailedException>(async () => await Bench.All(stream))).Message, StringComparison.Ordinal);
        Assert.Throws<GenerationFailedException>(() => bench.Engine.Submit(Bench.Request([1], 10), Cancellation));
    }

    [Fact]
    public async Task Cancelling_ends_the_reader_too()
    {
        using var bench = new Bench(stepped: true);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = Bench.All(bench.Engine.Submit(Bench.Request([1], 10), cancel.Token));
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        bench.StepAll();
    }

    [Fact]
    public async Task Closing_the_engine_ends_waiting_readers_with_an_error()
    {
        var bench = new Bench(stepped: true);
        var reading = Bench.All(bench.Engine.Submit(Bench.Request([1], 10), Cancellation));
        bench.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
        Assert.Throws<ObjectDisposedException>(() => bench.Engine.Submit(Bench.Request([1], 10), Cancellation));
    }

    [Fact]
    public async Task The_seed_drawn_is_told_and_gives_the_same_answer_again()
    {
        using var bench = new Bench();
        var request = Bench.Request(Bench.Prompt(4, 20), 60, sampling: SamplingParameters.Default);
        var first = bench.Engine.Submit(request, Cancellation);
        var tokens = await Bench.Tokens(first);
        var again = await Bench.Tokens(bench.Engine.Submit(request with { Sampling = new() { Seed = first.Seed } }, Cancellation));
        Assert.Equal(tokens, again);
        Assert.NotEqual(first.Seed, bench.Engine.Submit(request, Cancellation).Seed);
    }

    [Fact]
    public void The_hot_path_allocates_nothing()
    {
        using var bench = new Bench(stepped: true, model: new RememberingModel(258) { Script = null });
        var heavy = new SamplingParameters { Temperature = 0.9f, TopK = 50, TopP = 0.9f, MinP = 0.01f, TypicalP = 0.95f, RepetitionPenalty = 1.1f, PresencePenalty = 0.1f, FrequencyPenalty = 0.1f, LogitBias = new Dictionary<int, float> { [ByteTokenizer.Eos] = -100 } };
        var greedy = SamplingParameters.Greedy with { LogitBias = heavy.LogitBias };
        for (var i = 0; i < 4; i++)
            bench.Engine.Submit(Bench.Request(Bench.Prompt(i, 30), 240, client: $"c{i}", sampling: i < 2 ? heavy : greedy, stops: "never said") with { LogProbabilities = true, TopLogProbabilities = 5 }, Cancellation);
        for (var step = 0; step < 40; step++)
            bench.Engine.Core.Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 150; step++)
            bench.Engine.Core.Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(4, bench.Engine.Core.Running);
    }

    [Fact]
    public async Task The_engines_thread_allocates_nothing_while_answers_are_read()
    {
        using var bench = new Bench();
        var request = Bench.Request(Bench.Prompt(1, 30), 2000, sampling: SamplingParameters.Greedy with { LogitBias = new Dictionary<int, float> { [ByteTokenizer.Eos] = -100 } });
        await using var reader = bench.Engine.Submit(request, Cancellation).GetAsyncEnumerator(Cancellation);
        for (var i = 0; i < 1000; i++)
            Assert.True(await reader.MoveNextAsync());
        var before = bench.Engine.Core.AllocatedBytes;
        for (var i = 0; i < 900; i++)
            Assert.True(await reader.MoveNextAsync());
        Assert.Equal(0, bench.Engine.Core.AllocatedBytes - before);
    }
}
