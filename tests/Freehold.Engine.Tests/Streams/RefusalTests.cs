using Freehold.Engine.Refusals;
using Freehold.Engine.Sampling;
using Freehold.Engine.Tests.Fakes;

namespace Freehold.Engine.Tests.Streams;

public class RefusalTests
{
    private static RequestRefusedException Refused(GenerationRequest request, EngineOptions? options = null)
    {
        using var bench = new Bench(options, stepped: true);
        return Assert.Throws<RequestRefusedException>(() => bench.Engine.Submit(request, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_prompt_that_leaves_no_room_is_refused_with_the_numbers()
    {
        var refused = Refused(Bench.Request(Bench.Prompt(1, 1000), 200), Bench.Small() with { Context = 1000 });
        Assert.Equal(("context_length_exceeded", "prompt"), (refused.Code, refused.Parameter));
        Assert.Equal("context_length_exceeded", refused.Data["code"]);
        foreach (var number in new[] { "1000 tokens", "1000 positions", "4096", "32768" })
            Assert.Contains(number, refused.Message, StringComparison.Ordinal);
        Assert.Equal("context_length_exceeded", Refused(new GenerationRequest { Prompt = Bench.Prompt(1, 4096) }).Code);
    }

    [Fact]
    public async Task The_number_of_tokens_asked_for_is_a_ceiling_and_the_contexts_end_ends_the_answer_with_length()
    {
        using var bench = new Bench(Bench.Small() with { Context = 1000 });
        var answer = await Bench.All(bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 990), int.MaxValue), TestContext.Current.CancellationToken));
        Assert.Equal(10, answer.Count);
        Assert.Equal(Freehold.Engine.Streams.FinishReason.Length, answer[^1].FinishReason);
        Assert.Equal(await Bench.Alone(Bench.Request(Bench.Prompt(1, 990), 10)), answer.Select(update => update.TokenId));
    }

    [Fact]
    public async Task What_just_fits_is_not_refused()
    {
        using var bench = new Bench(Bench.Small() with { Context = 1000 });
        Assert.Equal(await Bench.Alone(Bench.Request(Bench.Prompt(1, 990), 10)), await Bench.Tokens(bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 990), 10), TestContext.Current.CancellationToken)));
        var open = bench.Engine.Submit(new GenerationRequest { Prompt = Bench.Prompt(1, 999), Sampling = SamplingParameters.Greedy }, TestContext.Current.CancellationToken);
        Assert.Single(await Bench.All(open));
    }

    [Fact]
    public void Prompts_that_are_none_are_refused()
    {
        Assert.Equal("invalid_prompt", Refused(Bench.Request([], 5)).Code);
        Assert.Equal("invalid_prompt", Refused(Bench.Request([258], 5)).Code);
        Assert.Equal("invalid_prompt", Refused(Bench.Request([-1], 5)).Code);
    }

    public static TheoryData<string, SamplingParameters> Wrong => new()
    {
        { "temperature", new() { Temperature = -1 } },
        { "temperature", new() { Temperature = float.NaN } },
        { "top_k", new() { TopK = -1 } },
        { "top_p", new() { TopP = -0.1f } },
        { "top_p", new() { TopP = 1.1f } },
        { "min_p", new() { MinP = 1.5f } },
        { "typical_p", new() { TypicalP = float.NaN } },
        { "repetition_penalty", new() { RepetitionPenalty = 0 } },
        { "presence_penalty", new() { PresencePenalty = 3 } },
        { "frequency_penalty", new() { FrequencyPenalty = -3 } },
        { "logit_bias", new() { LogitBias = new Dictionary<int, float> { [300] = 1 } } },
        { "logit_bias", new() { LogitBias = new Dictionary<int, float> { [3] = float.PositiveInfinity } } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Parameters_outside_their_range_are_refused_by_name(string name, SamplingParameters sampling)
    {
        var refused = Refused(Bench.Request([1], 5, sampling: sampling));
        Assert.Equal(("invalid_parameter", name), (refused.Code, refused.Parameter));
        Assert.StartsWith(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_strings_and_counts_outside_their_range_are_refused()
    {
        Assert.Equal("stop", Refused(Bench.Request([1], 5, stops: "")).Parameter);
        Assert.Equal("stop", Refused(Bench.Request([1], 5, stops: [.. Enumerable.Repeat("x", 17)])).Parameter);
        Assert.Equal("max_tokens", Refused(Bench.Request([1], 0)).Parameter);
        Assert.Equal("top_logprobs", Refused(Bench.Request([1], 5) with { LogProbabilities = true, TopLogProbabilities = 21 }).Parameter);
        Assert.Equal("top_logprobs", Refused(Bench.Request([1], 5) with { TopLogProbabilities = 2 }).Parameter);
        using var model = new RememberingModel(258, context: 20_000);
        using var bench = new Bench(model: model, stepped: true);
        var tooMany = Assert.Throws<RequestRefusedException>(() => bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 12_000), 5) with { PromptLogProbabilities = true, TopLogProbabilities = 20 }, TestContext.Current.CancellationToken));
        Assert.Equal("logprobs", tooMany.Parameter);
        Assert.Contains("252000", tooMany.Message, StringComparison.Ordinal);
    }
}
