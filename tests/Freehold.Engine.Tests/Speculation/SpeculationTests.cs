using Freehold.Engine.Constraints;
using Freehold.Engine.Sampling;
using Freehold.Engine.Speculation;
using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;
using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Models.Architectures;
using Freehold.Tests;

namespace Freehold.Engine.Tests.Speculation;

public class SpeculationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(new[] { 1, 2, 3, 9, 9, 1, 2, 3 }, new[] { 9, 9, 1, 2 })]
    [InlineData(new[] { 5, 1, 2, 7, 1, 2, 8, 1, 2 }, new[] { 8, 1, 2 })] // the latest place counts
    [InlineData(new[] { 4, 4, 4, 4 }, new[] { 4 })]
    [InlineData(new[] { 1, 2, 3, 4, 3 }, new int[0])] // one token alone says nothing
    [InlineData(new[] { 7 }, new int[0])]
    [InlineData(new int[0], new int[0])]
    public void What_followed_the_same_tokens_before_is_guessed(int[] tokens, int[] expected)
    {
        var draft = new int[4];
        Assert.Equal(expected, draft[..PromptLookup.Guess(tokens, draft)]);
    }

    [Fact]
    public void An_answer_that_copies_its_prompt_takes_few_steps_and_an_answer_that_does_not_takes_hardly_more()
    {
        var prompt = Bench.Prompt(1, 300);
        var request = Bench.Request(prompt, 200);
        // The answer is the prompt over again.
        Assert.InRange(Steps(request, tokens => tokens[^300], speculation: true), 1, 40);
        Assert.InRange(Steps(request, tokens => tokens[^300], speculation: false), 200, 210);
        Assert.InRange(Steps(request, tokens => tokens.Length * 7919 % 251, speculation: true), 195, 210);
    }

    [Fact]
    public void Guesses_change_no_token_whatever_is_asked_for()
    {
        int drafted = 0, accepted = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            // Few different tokens, so that much seems to repeat and little does.
            var random = new Random(seed);
            int[] prompt = [.. Enumerable.Range(0, random.Next(2, 200)).Select(_ => random.Next(3))];
            var request = Bench.Request(prompt, random.Next(1, 150), sampling: seed % 3 == 0 ? SamplingParameters.Greedy : new()
            {
                Seed = (ulong)seed,
                Temperature = 0.3f,
                RepetitionPenalty = seed % 2 == 0 ? 1.1f : 1,
                TopP = 0.95f,
            }) with
            { LogProbabilities = seed % 4 == 0, TopLogProbabilities = seed % 4 == 0 ? 3 : 0, StopStrings = seed % 5 == 0 ? ["\u0001\u0002\u0001\u0001"] : [] };
            var expected = Answer(request, speculation: false);
            var actual = Answer(request, speculation: true);
            Assert.Equal(expected.Select(update => (update.TokenId, update.Text, update.LogProbability, update.FinishReason)), actual.Select(update => (update.TokenId, update.Text, update.LogProbability, update.FinishReason)));
            drafted += actual[^1].Usage.DraftedTokens;
            accepted += actual[^1].Usage.AcceptedTokens;
        }
        // Both right and wrong guesses were tried.
        Assert.InRange(accepted, 100, drafted - 100);
    }

    [Fact]
    public void Guesses_change_no_token_of_a_constrained_answer()
    {
        var drafted = 0;
        for (var seed = 0; seed < 10; seed++)
        {
            var request = Bench.Request(Bench.Prompt(seed, 20), 120, sampling: new() { Seed = (ulong)seed, Temperature = 1 }) with { Constraint = Constraint.Regex("((ab|cd)e){5,40}") };
            var expected = Answer(request, speculation: false);
            var actual = Answer(request, speculation: true);
            Assert.Equal(expected.Select(update => (update.TokenId, update.Text, update.FinishReason)), actual.Select(update => (update.TokenId, update.Text, update.FinishReason)));
            drafted += actual[^1].Usage.DraftedTokens;
        }
        Assert.True(drafted > 0);
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 5 }, new int[0], new[] { 1, 2, 3 })]
    [InlineData(new[] { 1, 2, 3, 4, 5 }, new[] { 1, 2 }, new[] { 3, 4, 5 })]
    [InlineData(new[] { 1, 2, 3, 4, 5 }, new[] { 1, 9, 9 }, new int[0])] // parted, and nowhere found again
    [InlineData(new[] { 1, 2, 3, 4, 5, 6 }, new[] { 1, 9, 3, 4 }, new[] { 5, 6 })] // a token was changed
    [InlineData(new[] { 7, 8, 1, 7, 8, 2 }, new[] { 7, 8, 1, 5, 7, 8 }, new[] { 2 })] // the place ahead counts
    [InlineData(new[] { 7, 8, 1, 2 }, new[] { 7, 8, 1, 2, 5, 7, 8 }, new[] { 1, 2 })] // else one behind
    [InlineData(new[] { 1, 2 }, new[] { 1, 2 }, new int[0])]
    public void A_prediction_is_followed_and_found_again_where_the_answer_left_it(int[] prediction, int[] answer, int[] expected)
    {
        var (predicted, draft) = (new PredictedText(prediction), new int[3]);
        var count = 0;
        for (var length = 0; length <= answer.Length; length++)
            count = predicted.Guess(answer.AsSpan(0, length), draft);
        Assert.Equal(expected, draft[..count]);
        Assert.Equal(expected, draft[..new PredictedText(prediction).Guess(answer, draft)]); // at once or token by token
    }

    [Fact]
    public void A_prediction_changes_no_token_saves_steps_and_is_counted()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var request = Bench.Request(Bench.Prompt(seed, 20), 100, sampling: seed % 2 == 0 ? SamplingParameters.Greedy : new() { Seed = (ulong)seed, Temperature = 0.5f });
            var plain = Answer(request, speculation: false);
            int[] tokens = [.. plain.Select(update => update.TokenId)];
            // As it will be; with a change; of another answer.
            int[] changed = [.. tokens[..40], 77, 78, .. tokens[45..]];
            int[] other = [.. Bench.Prompt(seed + 100, 100)];
            foreach (var (prediction, least) in new[] { (tokens, 80), (changed, 60), (other, 0) })
            {
                var guessed = Answer(request with { Prediction = prediction }, speculation: true);
                Assert.Equal(plain.Select(update => (update.TokenId, update.Text, update.FinishReason)), guessed.Select(update => (update.TokenId, update.Text, update.FinishReason)));
                var usage = guessed[^1].Usage;
                Assert.InRange(usage.AcceptedPredictedTokens, least, usage.PredictedTokens);
                Assert.True(usage.PredictedTokens <= usage.DraftedTokens && usage.AcceptedPredictedTokens <= usage.AcceptedTokens);
            }
        }
    }

    [Fact]
    public async Task A_real_model_answers_the_same_with_and_without_guesses()
    {
        var path = SharedData.Require("models/stories260K-q8_0.gguf");
        var drafted = 0;
        for (var i = 0; i < 6; i++)
        {
            var answers = new List<List<GenerationUpdate>>();
            foreach (var speculation in new[] { false, true })
            {
                using var model = FreeholdModel.Open(path, new() { Speculation = speculation, KvMemoryBytes = 8 << 20 }, new ComputeOptions { Threads = 2 }, new LoadOptions { KeysValues = i < 3 ? KvType.F32 : KvType.Q8 });
                var text = string.Concat(Enumerable.Repeat("Lily and Tom went to the park. ", 6));
                answers.Add(await Bench.All(model.Engine!.Submit(new()
                {
                    Prompt = model.Loaded.Tokenizer.Encode(text),
                    MaxTokens = 150,
                    Sampling = i % 2 == 0 ? SamplingParameters.Greedy : new() { Seed = (ulong)i, Temperature = 0.8f },
                    LogProbabilities = true,
                }, Cancellation)));
            }
            Assert.Equal(answers[0].Select(update => (update.TokenId, update.LogProbability)), answers[1].Select(update => (update.TokenId, update.LogProbability)));
            drafted += answers[1][^1].Usage.DraftedTokens;
        }
        Assert.True(drafted > 0);
    }

    private static List<GenerationUpdate> Answer(GenerationRequest request, bool speculation)
    {
        using var bench = new Bench(Bench.Small() with { Speculation = speculation, Clock = new SteppedClock() }, stepped: true);
        // Three tokens are likely, and a little depends on all that came before.
        bench.Model.Script = (tokens, logits) =>
        {
            for (var id = 0; id < logits.Length; id++)
                logits[id] = id < 3 ? logits[id] * 0.2f + (tokens.Length > 3 && tokens[^3] == id ? 2 : 0) : -50;
        };
        var stream = bench.Engine.Submit(request, Cancellation);
        var all = Bench.All(stream);
        while (!all.IsCompleted)
            if (!bench.Engine.Core.Step())
                Thread.Yield();
        return all.Result;
    }

    private static long Steps(GenerationRequest request, Func<int[], int> next, bool speculation)
    {
        using var bench = new Bench(Bench.Small() with { Speculation = speculation, Clock = new SteppedClock() }, stepped: true);
        bench.Model.Script = (tokens, logits) =>
        {
            Array.Clear(logits);
            logits[next(tokens)] = 1;
        };
        _ = bench.Engine.Submit(request, Cancellation);
        bench.StepAll();
        return bench.Engine.Core.Steps;
    }
}
