using Freehold.Engine.Sampling;
using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;

namespace Freehold.Engine.Tests.Streams;

public class PromptScoresTests
{
    private static GenerationRequest Scored(int[] prompt, int top = 2, int maxTokens = 1) =>
        Bench.Request(prompt, maxTokens) with { PromptLogProbabilities = true, TopLogProbabilities = top };

    private static async Task<PromptScores> ScoresAsync(Bench bench, GenerationRequest request)
    {
        var stream = bench.Engine.Submit(request, TestContext.Current.CancellationToken);
        await Bench.All(stream);
        return stream.PromptScores!;
    }

    private static string Bits(PromptScores scores) => string.Join(' ', Enumerable.Range(0, scores.Length).Select(i =>
        $"{BitConverter.SingleToInt32Bits(scores.LogProbability(i)):x}{string.Concat(scores.Alternatives(i).ToArray())}"));

    /// <summary>A prompt's token is scored as the same token is when it is answered.</summary>
    [Fact]
    public async Task A_tokens_score_in_a_prompt_is_its_log_probability_in_an_answer()
    {
        using var bench = new Bench();
        var prompt = Bench.Prompt(1, 100);
        var answer = await Bench.All(bench.Engine.Submit(Bench.Request(prompt, 60) with { LogProbabilities = true, TopLogProbabilities = 2 }, TestContext.Current.CancellationToken));
        var scores = await ScoresAsync(bench, Scored([.. prompt, .. answer.Select(update => update.TokenId)]));
        Assert.Equal(160, scores.Length);
        Assert.True(float.IsNaN(scores.LogProbability(0)));
        Assert.Equal(0, scores.Alternatives(0).Length);
        for (var i = 0; i < answer.Count; i++)
        {
            Assert.Equal(answer[i].LogProbability, scores.LogProbability(100 + i));
            Assert.Equal(answer[i].Alternatives, scores.Alternatives(100 + i).ToArray());
        }
    }

    [Fact]
    public async Task Scores_do_not_depend_on_what_is_cached_nor_on_the_crowd_nor_on_interruptions()
    {
        var prompt = Bench.Prompt(2, 300);
        string alone;
        using (var bench = new Bench())
            alone = Bits(await ScoresAsync(bench, Scored(prompt)));
        using (var bench = new Bench())
        {
            await Bench.All(bench.Engine.Submit(Bench.Request(prompt, 5), TestContext.Current.CancellationToken));
            Assert.Equal(alone, Bits(await ScoresAsync(bench, Scored(prompt))));
        }
        // 8 pages: two prompts of 300 tokens (5 pages) do not fit beside one another.
        using (var bench = new Bench(Bench.Small(pages: 8)))
        {
            var crowd = Enumerable.Range(0, 6).Select(i => Bench.All(bench.Engine.Submit(Bench.Request(Bench.Prompt(10 + i, 40), 100, client: $"{i}"), TestContext.Current.CancellationToken))).ToList();
            Assert.Equal(alone, Bits(await ScoresAsync(bench, Scored(prompt))));
            await Task.WhenAll(crowd);
        }
    }

    [Fact]
    public void No_step_wants_more_rows_of_logits_than_the_model_gives()
    {
        using var bench = new Bench(Bench.Small(streams: 8), stepped: true, model: new RememberingModel(258, maxLogitRows: 16));
        var most = 0;
        bench.Model.Watch = batch => most = Math.Max(most, batch.LogitRows.Length);
        for (var i = 0; i < 8; i++)
            bench.Engine.Submit(i % 2 == 0 ? Scored(Bench.Prompt(i, 200), maxTokens: 20) : Bench.Request(Bench.Prompt(i, 30), 20), TestContext.Current.CancellationToken);
        bench.StepAll();
        Assert.Equal(16, most);
    }

    [Fact]
    public async Task A_prompt_of_one_token_has_no_score_and_its_answer_is_as_ever()
    {
        using var bench = new Bench();
        var stream = bench.Engine.Submit(Scored([7], maxTokens: 10), TestContext.Current.CancellationToken);
        Assert.Equal(await Bench.Alone(Bench.Request([7], 10)), await Bench.Tokens(stream));
        Assert.Equal(1, stream.PromptScores!.Length);
        Assert.Null(bench.Engine.Submit(Bench.Request([7], 1), TestContext.Current.CancellationToken).PromptScores);
    }

    [Fact]
    public async Task Logits_that_are_no_numbers_end_their_own_answer()
    {
        var model = new RememberingModel(258);
        model.Script = (tokens, logits) => logits[0] = tokens.Length == 3 && tokens[0] == 1 ? float.NaN : 0;
        using var bench = new Bench(model: model);
        var failed = bench.Engine.Submit(Scored([1, 2, 3, 4, 5]), TestContext.Current.CancellationToken);
        var other = bench.Engine.Submit(new GenerationRequest { Prompt = [2, 2, 3, 4], MaxTokens = 5, Sampling = SamplingParameters.Greedy }, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<Refusals.GenerationFailedException>(() => Bench.All(failed));
        Assert.Equal(5, (await Bench.All(other)).Count);
    }
}
