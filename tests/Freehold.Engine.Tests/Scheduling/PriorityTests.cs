using Freehold.Engine.Chat;
using Freehold.Engine.Refusals;
using Freehold.Engine.Scheduling;
using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Tests.Scheduling;

public class PriorityTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Answers that only end at their length.
    private static Bench Endless(int streams, int pages = 512) =>
        new(Bench.Small(pages, streams), stepped: true, model: new RememberingModel(258) { Script = (_, logits) => logits[ByteTokenizer.Eos] = -1 });

    private static GenerationStream Submit(Bench bench, int seed, int tokens, RequestPriority priority, string client = "", int prompt = 60) =>
        bench.Engine.Submit(Bench.Request(Bench.Prompt(seed, prompt), tokens, client) with { Priority = priority }, Cancellation);

    [Fact]
    public void Interactive_requests_take_the_places_of_all_batches_but_one()
    {
        using var bench = Endless(streams: 4);
        var batches = Enumerable.Range(0, 8).Select(i => Submit(bench, i, 200, RequestPriority.Batch)).ToList();
        bench.Engine.Core.Step();
        Assert.Equal(4, bench.Engine.Core.Running);
        var interactive = Enumerable.Range(10, 3).Select(i => Submit(bench, i, 20, RequestPriority.Interactive)).ToList();
        for (var step = 0; step < 3; step++) // beside what is being decoded, a prompt's rows a step
            bench.Engine.Core.Step();
        Assert.All(interactive, stream => Assert.True(stream.Ring.HasUpdate, "an interactive request waits for batches"));
        var fourth = Submit(bench, 20, 5, RequestPriority.Interactive);
        bench.Engine.Core.Step();
        bench.Engine.Core.Step();
        Assert.False(fourth.Ring.HasUpdate, "the last running batch lost its place");
        bench.StepAll();
        Assert.All(batches, stream => Assert.True(stream.Ring.HasUpdate));
    }

    [Fact]
    public void While_interactive_requests_keep_coming_a_batch_is_admitted_after_eight_of_them()
    {
        using var bench = Endless(streams: 1);
        Submit(bench, 0, 2, RequestPriority.Interactive);
        bench.Engine.Core.Step();
        var batch = Submit(bench, 1, 2, RequestPriority.Batch);
        var admitted = 0;
        for (; !batch.Ring.HasUpdate; admitted++)
        {
            var next = Submit(bench, 100 + admitted, 2, RequestPriority.Interactive, client: $"c{admitted}");
            for (var step = 0; step < 4 && !batch.Ring.HasUpdate && !next.Ring.HasUpdate; step++)
                bench.Engine.Core.Step();
            Assert.True(admitted < 50, "the batch never got its turn");
        }
        Assert.InRange(admitted, Scheduler.MostPassedOver, Scheduler.MostPassedOver + 2);
        bench.StepAll();
    }

    [Fact]
    public void A_prompt_of_a_batch_is_read_behind_interactive_ones_and_not_held_back_for_ever()
    {
        using var bench = new Bench(Bench.Small() with { PrefillChunk = 64 }, stepped: true);
        var rows = new List<int>();
        Submit(bench, 1, 2, RequestPriority.Batch, prompt: 64);
        var brief = Submit(bench, 2, 2, RequestPriority.Interactive, prompt: 64);
        bench.Engine.Core.Step();
        Assert.True(brief.Ring.HasUpdate, "an interactive prompt waits for a batch's");
        bench.StepAll();

        // An interactive prompt long enough to take every row of many steps.
        Submit(bench, 3, 2, RequestPriority.Interactive, prompt: 3000);
        var batch = Submit(bench, 4, 2, RequestPriority.Batch, prompt: 64);
        var steps = 0;
        while (!batch.Ring.HasUpdate)
        {
            bench.Engine.Core.Step();
            Assert.True(++steps <= PromptShares.MostHeldBack + 1, "the batch's prompt is held back for ever");
        }
        Assert.Equal(PromptShares.MostHeldBack + 1, steps);
        bench.StepAll();
    }

    [Fact]
    public async Task With_few_pages_all_come_to_their_end_with_the_tokens_they_get_alone()
    {
        using var bench = new Bench(Bench.Small(pages: 12, streams: 6), stepped: true, model: new RememberingModel(258, context: 700));
        var requests = Enumerable.Range(0, 12).Select(i => Bench.Request(Bench.Prompt(i, 100 + 10 * i), 120, client: $"c{i % 3}") with { Priority = i % 2 == 0 ? RequestPriority.Batch : RequestPriority.Interactive }).ToList();
        var streams = requests.Select(request => bench.Engine.Submit(request, Cancellation)).ToList();
        bench.StepAll();
        for (var i = 0; i < streams.Count; i++)
            Assert.Equal(await Bench.Alone(requests[i]), await Bench.Tokens(streams[i]));
    }

    [Fact]
    public async Task Chat_options_name_the_priority_and_another_word_is_refused()
    {
        using var bench = new Bench();
        var client = new EngineChatClient(bench.Engine);
        var answer = await client.GetResponseAsync([new ChatMessage(ChatRole.User, "x")], new ChatOptions { MaxOutputTokens = 2, AdditionalProperties = new() { ["priority"] = "batch" } }, Cancellation);
        Assert.Equal(2, answer.Usage!.OutputTokenCount);
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetResponseAsync([new ChatMessage(ChatRole.User, "x")], new ChatOptions { AdditionalProperties = new() { ["priority"] = "urgent" } }, Cancellation));
        Assert.Equal(("invalid_parameter", "priority"), (refused.Code, refused.Parameter));
    }
}
