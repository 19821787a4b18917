using Freehold.Engine.Constraints;
using Freehold.Engine.Refusals;
using Freehold.Engine.Sampling;
using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;
using Freehold.Kernels;
using Freehold.Tests;

namespace Freehold.Engine.Tests.Speculation;

/// <summary>A small model that guesses. The clock stands still, so what pays is taken from the models' sizes: the draft's is a hundredth.</summary>
public class DraftModelTests
{
    private const int Vocabulary = 258;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_draft_that_is_its_target_is_right_each_time_for_the_likeliest_and_for_seeds()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var request = Request(seed);
            var plain = Answers([request], null);
            var drafted = Answers([request], Small());
            Assert.Equal(Said(plain[0]), Said(drafted[0]));
            var usage = drafted[0][^1].Usage;
            Assert.Equal(usage.ModelDraftedTokens, usage.AcceptedModelDraftedTokens);
            Assert.InRange(usage.AcceptedModelDraftedTokens, 100, 200);
        }
    }

    [Fact]
    public void A_draft_that_knows_nothing_is_hardly_ever_asked_and_changes_no_token()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var request = Request(seed);
            var drafted = Answers([request], Small(other: true));
            Assert.Equal(Said(Answers([request], null)[0]), Said(drafted[0]));
            var usage = drafted[0][^1].Usage;
            Assert.InRange(usage.AcceptedModelDraftedTokens, 0, 3);
            Assert.InRange(usage.ModelDraftedTokens, 1, 40);
        }
    }

    [Fact]
    public void A_draft_that_is_right_now_and_then_changes_no_token_of_several_streams_at_once()
    {
        int drafted = 0, accepted = 0;
        for (var round = 0; round < 12; round++)
        {
            var requests = Enumerable.Range(0, 1 + round % 6).Select(i => Request(100 * round + i)).ToList();
            var plain = Answers(requests, null);
            var guessed = Answers(requests, Small(wrongEach: 5));
            Assert.Equal(plain.SelectMany(Said), guessed.SelectMany(Said));
            drafted += guessed.Sum(answer => answer[^1].Usage.ModelDraftedTokens);
            accepted += guessed.Sum(answer => answer[^1].Usage.AcceptedModelDraftedTokens);
        }
        Assert.InRange(accepted, 500, drafted - 200);
    }

    [Fact]
    public void Constraints_stop_strings_penalties_and_scores_are_the_same_with_a_draft()
    {
        var accepted = 0;
        for (var seed = 0; seed < 16; seed++)
        {
            var request = Request(seed) with
            {
                Constraint = seed % 2 == 0 ? Constraint.Regex("((ab|cd)e){5,40}") : null,
                StopStrings = seed % 4 == 1 ? ["\u0001\u0002"] : [],
                LogProbabilities = true,
                TopLogProbabilities = 2,
                Sampling = new() { Seed = (ulong)seed, Temperature = 0.7f, RepetitionPenalty = 1.1f, FrequencyPenalty = 0.2f, LogitBias = new Dictionary<int, float> { [1] = 2 } },
            };
            var drafted = Answers([request], Small());
            Assert.Equal(Said(Answers([request], null)[0]), Said(drafted[0]));
            accepted += drafted[0][^1].Usage.AcceptedModelDraftedTokens;
        }
        Assert.True(accepted > 300, $"{accepted} guesses came true");
    }

    [Fact]
    public void A_draft_goes_on_where_the_text_does_not_repeat_and_its_text_does_where_it_does()
    {
        // Every answer is its prompt over again.
        RememberingModel Copier(long bytes) => new(Vocabulary, bytes: bytes) { Script = (tokens, logits) => { Array.Clear(logits); logits[tokens[^40]] = 1; } };
        var usage = Answers([Bench.Request(Bench.Prompt(1, 40), 100)], Copier(1 << 20), Copier(10 << 10))[0][^1].Usage;
        Assert.True(usage.AcceptedTokens - usage.AcceptedModelDraftedTokens > 60, $"{usage}");
        Assert.InRange(usage.AcceptedModelDraftedTokens, 1, 30); // before two tokens could be found again
    }

    [Fact]
    public void A_context_shorter_than_the_answer_ends_guessing_and_not_the_answer()
    {
        var request = Request(1) with { Prompt = Bench.Prompt(1, 100), MaxTokens = 300 };
        var drafted = Answers([request], Small(context: 200));
        Assert.Equal(Said(Answers([request], null)[0]), Said(drafted[0]));
        Assert.InRange(drafted[0][^1].Usage.ModelDraftedTokens, 20, 100);
    }

    [Fact]
    public void An_answer_at_the_context_s_end_is_the_same_with_a_draft()
    {
        var options = Options(streams: null) with { Context = 128 };
        var request = Request(3) with { Prompt = Bench.Prompt(3, 60), MaxTokens = null };
        var drafted = Answers([request], new RememberingModel(Vocabulary), Small(), options);
        Assert.Equal(Said(Answers([request], new RememberingModel(Vocabulary), null, options)[0]), Said(drafted[0]));
        Assert.Equal(FinishReason.Length, drafted[0][^1].FinishReason);
        Assert.True(drafted[0][^1].Usage.AcceptedModelDraftedTokens > 30);
    }

    [Fact]
    public async Task Answers_that_give_way_and_answers_that_are_cancelled_change_no_other()
    {
        // Pages for little more than one of them: they take turns.
        var options = Options(streams: 4) with { KvMemoryBytes = 20 * Bench.PageBytes };
        var requests = Enumerable.Range(0, 5).Select(i => Request(i) with { Prompt = Bench.Prompt(i, 150), MaxTokens = 200, Client = $"c{i}" }).ToList();
        var plain = Answers(requests, new RememberingModel(Vocabulary), null, Options(streams: 4));
        using var bench = new Bench(options, stepped: true, draft: Small(wrongEach: 7));
        var streams = requests.Select(request => bench.Engine.Submit(request, Cancellation)).ToList();
        var read = streams.Take(4).Select(Bench.All).ToList();
        for (var i = 0; i < 20; i++)
            bench.Engine.Core.Step();
        streams[4].Cancel();
        while (!read.TrueForAll(answer => answer.IsCompleted))
            if (!bench.Engine.Core.Step())
                Thread.Yield();
        Assert.True(bench.Engine.Core.Interruptions > 0);
        for (var i = 0; i < 4; i++)
            Assert.Equal(Said(plain[i]), Said(await read[i]));
    }

    [Fact]
    public void The_next_turn_of_a_conversation_is_read_only_as_far_as_it_is_new()
    {
        var draft = Small();
        var rows = 0;
        draft.Watch = batch => rows += batch.Rows;
        using var bench = new Bench(Options(streams: 1), stepped: true, draft: draft);
        var first = Ask(bench, Request(1) with { Prompt = Bench.Prompt(1, 300), MaxTokens = 30 });
        var before = rows;
        int[] next = [.. Bench.Prompt(1, 300), .. first.Select(update => update.TokenId), .. Bench.Prompt(2, 10)];
        Ask(bench, Request(1) with { Prompt = next, MaxTokens = 30 });
        Assert.InRange(rows - before, 30, 100);
        // Another tenant's is read whole.
        before = rows;
        Ask(bench, Request(1) with { Prompt = next, MaxTokens = 30, Tenant = "other" });
        Assert.InRange(rows - before, 340, 500);
    }

    [Fact]
    public void A_draft_that_fails_ends_guessing_and_no_answer()
    {
        var draft = Small();
        draft.Watch = batch => throw new InvalidOperationException("broken");
        using var bench = new Bench(Options(streams: 1), stepped: true, draft: draft);
        Assert.True(bench.Engine.Core.HasDraft);
        Assert.Equal(Said(Answers([Request(1)], null)[0]), Said(Ask(bench, Request(1))));
        Assert.False(bench.Engine.Core.HasDraft);
    }

    [Fact]
    public void Its_pages_are_part_of_the_memory_for_keys_and_values()
    {
        using var without = new Bench(Bench.Small());
        using var with = new Bench(Bench.Small(), draft: Small());
        Assert.Equal(without.Engine.Plan.KvBytes, with.Engine.Plan.KvBytes + with.Engine.Plan.DraftKvBytes);
        Assert.Equal(4 * 64, with.Engine.Plan.DraftPages); // four texts of the whole context of 4,096
        Assert.Contains("draft small", with.Engine.Plan.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { "x", "y" }, new[] { "x", "z" }, "id 259 is 'y' for the one and 'z' for the other")]
    [InlineData(new[] { "x", "y" }, new[] { "x" }, "id 259 is 'y' for large; the other has 259 ids")]
    [InlineData(new[] { "x" }, new[] { "x", "y" }, "id 259 is 'y' for little; the other has 259 ids")]
    public void A_draft_of_another_vocabulary_is_refused_with_the_first_id_that_differs(string[] target, string[] draft, string expected)
    {
        var refused = Assert.Throws<ModelRefusedException>(() =>
            DraftModel.Of("little", new RememberingModel(300), new ByteTokenizer(draft), "large", new ByteTokenizer(target)));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_draft_that_takes_a_text_token_for_a_control_token_is_refused()
    {
        var refused = Assert.Throws<ModelRefusedException>(() =>
            DraftModel.Of("little", new RememberingModel(300), new ByteTokenizer("x") { Marks = new HashSet<int> { 258 } }, "large", new ByteTokenizer("x")));
        Assert.Contains("id 258 is 'x'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_model_answers_the_same_with_a_real_draft()
    {
        var (path, draft) = (SharedData.Require("models/stories260K-f32.gguf"), SharedData.Require("models/stories260K-q8_0.gguf"));
        int drafted = 0, accepted = 0;
        var options = new EngineOptions { KvMemoryBytes = 16 << 20, Clock = new SteppedClock() };
        using var plain = FreeholdModel.Open(path, options with { Speculation = false }, new ComputeOptions { Threads = 2 });
        using var guessed = FreeholdModel.Open(path, options, new ComputeOptions { Threads = 2 }, draft: draft);
        for (var i = 0; i < 6; i++)
        {
            var request = new GenerationRequest
            {
                Prompt = plain.Loaded.Tokenizer.Encode("Lily and Tom went to the park. They saw"),
                MaxTokens = 200,
                Sampling = i % 2 == 0 ? SamplingParameters.Greedy : new() { Seed = (ulong)i, Temperature = 0.8f },
                LogProbabilities = true,
            };
            var expected = await Bench.All(plain.Engine!.Submit(request, Cancellation));
            var actual = await Bench.All(guessed.Engine!.Submit(request, Cancellation));
            Assert.Equal(Said(expected), Said(actual));
            drafted += actual[^1].Usage.ModelDraftedTokens;
            accepted += actual[^1].Usage.AcceptedModelDraftedTokens;
        }
        Assert.InRange(accepted, drafted * 0.7, drafted);
        Assert.True(drafted > 300);
    }

    private static EngineOptions Options(int? streams) => Bench.Small(pages: 2048, streams) with { Clock = new SteppedClock() };

    private static GenerationRequest Request(int seed) => Bench.Request(Bench.Prompt(seed, 20 + seed % 90), 150, client: $"c{seed}", sampling: new()
    {
        Seed = (ulong)seed,
        Temperature = new[] { 0, 1, 0.6f }[seed % 3],
        TopP = 0.95f,
        LogitBias = new Dictionary<int, float> { [ByteTokenizer.Eos] = -100 },
    });

    /// <summary>Computes what its target does, but for each so many positions, or always something else.</summary>
    private static RememberingModel Small(int wrongEach = 0, bool other = false, int context = 4096)
    {
        var model = new RememberingModel(Vocabulary, context, bytes: 10 << 10);
        if (wrongEach > 0 || other)
            model.Script = (tokens, logits) =>
            {
                if (other || tokens.Length % wrongEach == 0)
                    Array.Reverse(logits);
            };
        return model;
    }

    private static IEnumerable<(int, string, float, FinishReason)> Said(List<GenerationUpdate> answer) => answer.Select(update => (update.TokenId, update.Text, update.LogProbability, update.FinishReason));

    private static List<GenerationUpdate> Ask(Bench bench, GenerationRequest request)
    {
        var all = Bench.All(bench.Engine.Submit(request, Cancellation));
        while (!all.IsCompleted)
            if (!bench.Engine.Core.Step())
                Thread.Yield();
        return all.Result;
    }

    private static List<List<GenerationUpdate>> Answers(IReadOnlyList<GenerationRequest> requests, RememberingModel? draft) => Answers(requests, new RememberingModel(Vocabulary), draft);

    private static List<List<GenerationUpdate>> Answers(IReadOnlyList<GenerationRequest> requests, RememberingModel model, RememberingModel? draft, EngineOptions? options = null)
    {
        using var bench = new Bench(options ?? Options(null), stepped: true, model: model, draft: draft);
        var all = requests.Select(request => Bench.All(bench.Engine.Submit(request, Cancellation))).ToList();
        while (!all.TrueForAll(answer => answer.IsCompleted))
            if (!bench.Engine.Core.Step())
                Thread.Yield();
        return [.. all.Select(answer => answer.Result)];
    }
}
