using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;

namespace Freehold.Engine.Tests.Scheduling;

public class BatchingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_greedy_stream_gives_as_many_tokens_as_asked_for()
    {
        using var bench = new Bench();
        var updates = await Bench.All(bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 100), 50), Cancellation));
        Assert.Equal(new GenerationUsage(100, 0, updates.Count), updates[^1].Usage with { Queued = default });
        Assert.True(updates[^1].FinishReason == (updates.Count == 50 ? FinishReason.Length : FinishReason.Stop));
        Assert.All(updates.SkipLast(1), update => Assert.Equal(FinishReason.None, update.FinishReason));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(512)]
    public async Task A_prompt_in_chunks_gives_the_same_tokens(int chunk)
    {
        var request = Bench.Request(Bench.Prompt(2, 700), 40);
        using var bench = new Bench(Bench.Small() with { PrefillChunk = chunk, PrefillChunkBesideDecoding = Math.Min(chunk, 64) });
        Assert.Equal(await Bench.Alone(request), await Bench.Tokens(bench.Engine.Submit(request, Cancellation)));
    }

    [Fact]
    public async Task Sixty_four_streams_with_cancels_and_a_stalled_reader_get_the_tokens_they_get_alone()
    {
        // Pages for about a third of them: many have to give way and compute again.
        using var bench = new Bench(Bench.Small(pages: 96, streams: 32));
        var random = new Random(64);
        var requests = Enumerable.Range(0, 64)
            .Select(i => Bench.Request(Bench.Prompt(i / 2, 20 + random.Next(300)), i == 0 ? 400 : 20 + random.Next(280), client: $"c{i % 9}", tenant: $"t{i % 3}"))
            .ToArray();
        var streams = requests.Select(request => bench.Engine.Submit(request, Cancellation)).ToArray();
        var stalled = streams[0].GetAsyncEnumerator(Cancellation);
        Assert.True(await stalled.MoveNextAsync());
        var tasks = Enumerable.Range(1, 63).Select(async i =>
        {
            var got = new List<int>();
            var cut = i % 5 == 0 ? i % 17 + 1 : int.MaxValue;
            await foreach (var update in streams[i])
            {
                got.Add(update.TokenId);
                if (got.Count == cut)
                    break;
            }
            var alone = await Bench.Alone(requests[i]);
            Assert.Equal(alone.Take(cut), got);
        });
        await Task.WhenAll(tasks);

        List<int> late = [stalled.Current.TokenId];
        while (await stalled.MoveNextAsync())
            late.Add(stalled.Current.TokenId);
        Assert.Equal(await Bench.Alone(requests[0]), late);
        Assert.True(bench.Engine.Core.Interruptions > 0, "the test is meant to be short of pages");
    }

    [Fact]
    public async Task What_is_too_much_for_the_pages_at_once_is_done_one_after_another()
    {
        // Each needs 6 of the 8 pages.
        using var bench = new Bench(Bench.Small(pages: 8, streams: 8), model: new RememberingModel(258, context: 512));
        var requests = Enumerable.Range(0, 6).Select(i => Bench.Request(Bench.Prompt(i, 100), 250, client: $"c{i}")).ToArray();
        var streams = requests.Select(request => bench.Engine.Submit(request, Cancellation)).ToArray();
        for (var i = 0; i < streams.Length; i++)
            Assert.Equal(await Bench.Alone(requests[i]), await Bench.Tokens(streams[i]));
    }

    [Fact]
    public void A_cancelled_stream_has_no_pages_after_the_next_step()
    {
        using var bench = new Bench(stepped: true);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 300), 200), cancel.Token);
        bench.Engine.Core.Step();
        bench.Engine.Core.Step();
        Assert.True(bench.Engine.Core.Pages.InUse > 0);
        cancel.Cancel();
        Assert.False(bench.Engine.Core.Step());
        Assert.Equal(0, bench.Engine.Core.Pages.InUse);
        Assert.Equal(0, bench.Engine.Core.Running);
    }

    [Fact]
    public async Task A_reader_that_goes_away_cancels_its_stream()
    {
        using var bench = new Bench(stepped: true);
        var stream = bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 30), 200), Cancellation);
        bench.Engine.Core.Step();
        await foreach (var _ in stream)
            break;
        Assert.False(bench.Engine.Core.Step());
        Assert.Equal(0, bench.Engine.Core.Pages.InUse);
    }

    [Fact]
    public void A_stalled_reader_pauses_its_own_stream_only()
    {
        using var bench = new Bench(stepped: true, model: new RememberingModel(258) { Script = (_, logits) => logits[ByteTokenizer.Eos] = -1 });
        bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 30), 2000), Cancellation);
        Assert.Equal(256, bench.StepAll());
        Assert.Equal(1, bench.Engine.Core.Running);
        bench.Engine.Submit(Bench.Request(Bench.Prompt(2, 30), 100), Cancellation);
        Assert.Equal(100, bench.StepAll());
    }

    [Fact]
    public void Streams_that_are_decoded_get_a_token_in_every_step_beside_a_long_prompt()
    {
        using var bench = new Bench(stepped: true, model: new RememberingModel(258) { Script = (_, logits) => logits[ByteTokenizer.Eos] = -1 });
        bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 30), 100), Cancellation);
        bench.Engine.Core.Step();
        bench.Engine.Submit(Bench.Request(Bench.Prompt(2, 1000), 5), Cancellation);
        var largest = 0;
        var withoutDecode = 0;
        bench.Model.Watch = batch =>
        {
            largest = Math.Max(largest, batch.Rows);
            withoutDecode += batch.Sequences[0].Rows == 1 ? 0 : 1;
        };
        for (var step = 0; step < 15; step++)
            bench.Engine.Core.Step();
        Assert.Equal(0, withoutDecode);
        Assert.Equal(65, largest);
        bench.Model.Watch = null;
    }
}
