using Freehold.Engine.Tests.Fakes;

namespace Freehold.Engine.Tests.Scheduling;

public class FairnessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_client_with_fifty_requests_does_not_delay_another_ones_single_request()
    {
        using var bench = new Bench(Bench.Small(pages: 400, streams: 8), stepped: true, model: new RememberingModel(258) { Script = (_, logits) => logits[ByteTokenizer.Eos] = -1 });
        for (var i = 0; i < 50; i++)
            bench.Engine.Submit(Bench.Request(Bench.Prompt(i, 60), 200, client: "many"), Cancellation);
        for (var step = 0; step < 20; step++)
            bench.Engine.Core.Step();
        Assert.Equal(8, bench.Engine.Core.Running);
        var single = bench.Engine.Submit(Bench.Request(Bench.Prompt(99, 60), 10, client: "one"), Cancellation);
        var steps = 0;
        while (!single.Ring.HasUpdate)
        {
            bench.Engine.Core.Step();
            Assert.True(++steps <= 2, "the single request waits for the others");
        }
    }

    [Fact]
    public void A_long_prompt_of_one_client_does_not_hold_up_a_short_one_of_another()
    {
        using var bench = new Bench(Bench.Small() with { PrefillChunk = 128 }, stepped: true);
        bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 4000), 5, client: "long"), Cancellation);
        bench.Engine.Core.Step();
        var brief = bench.Engine.Submit(Bench.Request(Bench.Prompt(2, 50), 5, client: "short"), Cancellation);
        bench.Engine.Core.Step();
        Assert.True(brief.Ring.HasUpdate);
    }

    [Fact]
    public void A_large_request_is_not_overtaken_for_ever_by_small_ones()
    {
        using var bench = new Bench(Bench.Small(pages: 16, streams: 8), stepped: true, model: new RememberingModel(258, context: 1024));
        for (var i = 0; i < 3; i++)
            bench.Engine.Submit(Bench.Request(Bench.Prompt(i, 150), 60, client: $"small{i}"), Cancellation);
        bench.Engine.Core.Step();
        var large = bench.Engine.Submit(Bench.Request(Bench.Prompt(50, 900), 20, client: "large"), Cancellation);
        for (var i = 3; !large.Ring.HasUpdate; i++)
        {
            bench.Engine.Submit(Bench.Request(Bench.Prompt(i, 150), 60, client: $"small{i}"), Cancellation);
            bench.Engine.Core.Step();
            Assert.True(i < 200, "the large request never got its turn");
        }
    }

    [Fact]
    public void Too_many_requests_are_refused_and_room_comes_back()
    {
        using var bench = new Bench(Bench.Small(streams: 1) with { MaxWaiting = 2, MaxPerClient = 2 }, stepped: true);
        void Submit(string client) => bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 5), 3, client), Cancellation);
        Submit("a");
        Submit("a");
        var perClient = Assert.Throws<Freehold.Engine.Refusals.RequestRefusedException>(() => Submit("a"));
        Assert.Equal("queue_full", perClient.Code);
        Submit("b");
        Assert.Equal("queue_full", Assert.Throws<Freehold.Engine.Refusals.RequestRefusedException>(() => Submit("c")).Data["code"]);
        bench.StepAll();
        Submit("a");
        bench.StepAll();
    }
}
