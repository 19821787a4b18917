using Freehold.Engine.Refusals;
using Freehold.Engine.Scheduling;
using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;

namespace Freehold.Engine.Tests.Scheduling;

/// <summary>A model that computes a thousand rows a second, by a clock of its own.</summary>
public sealed class DeadlineTests : IDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private readonly SteppedClock _clock = new();
    private readonly Bench _bench;

    public DeadlineTests()
    {
        var model = new RememberingModel(258) { Script = (_, logits) => logits[ByteTokenizer.Eos] = -1 };
        model.Watch = batch => _clock.Advance(TimeSpan.FromMilliseconds(batch.Tokens.Length));
        _bench = new Bench(Bench.Small(streams: 2) with { Clock = _clock, PrefillChunk = 100, MaxWaiting = 3 }, stepped: true, model: model);
    }

    public void Dispose() => _bench.Dispose();

    private GenerationStream Submit(int seed, int prompt, double? within = null, int tokens = 3, RequestPriority priority = RequestPriority.Interactive) =>
        _bench.Engine.Submit(Bench.Request(Bench.Prompt(seed, prompt), tokens) with { FirstTokenWithin = within is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Priority = priority }, Cancellation);

    private void Warm()
    {
        Submit(1, 1000);
        _bench.StepAll();
        Assert.Equal(1000, _bench.Engine.Core.PromptTokensPerSecond, 1.0);
        Assert.Equal(0, _bench.Engine.Core.TokensWaiting);
    }

    private async Task<RequestRefusedException> RefusalOf(GenerationStream stream) =>
        await Assert.ThrowsAsync<RequestRefusedException>(() => Bench.All(stream));

    [Fact]
    public async Task A_request_that_cannot_have_its_first_token_in_time_is_refused_with_the_numbers()
    {
        Warm();
        Submit(2, 3000);
        var late = Submit(3, 500, within: 2);
        var inTime = Submit(4, 500, within: 4);
        _bench.Engine.Core.Step();
        var refused = await RefusalOf(late);
        Assert.Equal("deadline_unreachable", refused.Code);
        Assert.Contains("after 3.5 s", refused.Message, StringComparison.Ordinal);
        Assert.Contains("3000 tokens", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1.5, refused.RetryAfter!.Value.TotalSeconds, 0.1);
        _bench.StepAll();
        Assert.Equal(3, (await Bench.All(inTime)).Count);
    }

    [Fact]
    public async Task A_prompt_that_alone_takes_too_long_is_not_told_to_come_back()
    {
        Warm();
        var refused = Submit(2, 3000, within: 1);
        _bench.Engine.Core.Step();
        var refusal = await RefusalOf(refused);
        Assert.Null(refusal.RetryAfter);
        Assert.Contains("Its own prompt takes longer", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_cached_of_a_prompt_takes_no_time()
    {
        Warm();
        var again = Submit(1, 1000, within: 0.5);
        _bench.StepAll();
        Assert.Equal(3, (await Bench.All(again)).Count);
    }

    [Fact]
    public async Task Batches_do_not_count_before_an_interactive_request()
    {
        Warm();
        Submit(2, 3000, priority: RequestPriority.Batch);
        var batch = Submit(3, 100, within: 1, priority: RequestPriority.Batch);
        var interactive = Submit(4, 100, within: 1);
        _bench.StepAll();
        Assert.Equal("deadline_unreachable", (await RefusalOf(batch)).Code);
        Assert.Equal(3, (await Bench.All(interactive)).Count);
    }

    [Fact]
    public void Before_anything_was_measured_nobody_is_refused_for_time()
    {
        var stream = Submit(1, 3000, within: 0.001);
        _bench.StepAll();
        Assert.True(stream.Ring.HasUpdate);
    }

    [Fact]
    public void A_full_queue_tells_when_it_will_have_been_worked_off()
    {
        Warm();
        for (var i = 0; i < 5; i++)
            Submit(10 + i, 1000);
        _bench.Engine.Core.Step();
        var refused = Assert.Throws<RequestRefusedException>(() => Submit(20, 10));
        Assert.Equal("queue_full", refused.Code);
        Assert.Equal(5, refused.RetryAfter!.Value.TotalSeconds, 0.5);
        _bench.StepAll();
    }

    [Fact]
    public async Task Usage_tells_how_long_a_request_waited()
    {
        Submit(1, 1000, tokens: 1);
        Submit(2, 1000, tokens: 1);
        var third = Submit(3, 10, tokens: 1); // two places: it waits until one of them is free
        _bench.StepAll();
        var usage = (await Bench.All(third))[^1].Usage;
        Assert.InRange(usage.Queued.TotalSeconds, 0.9, 2.1);
    }
}
