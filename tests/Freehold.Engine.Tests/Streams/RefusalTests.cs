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
    public void What_exceeds_the_context_is_refused_with_the_numbers()
    {
        var refused = Refused(Bench.Request(Bench.Prompt(1, 900), 200), Bench.Small() with { Context = 1000 });
        Assert.Equal("context_length_exceeded", refused.Code);
        Assert.Equal("context_length_exceeded", refused.Data["code"]);
        foreach (var number in new[] { "900", "200", "1000", "4096", "32768" })
            Assert.Contains(number, refused.Message, StringComparison.Ordinal);
        Assert.Equal("context_length_exceeded", Refused(new GenerationRequest { Prompt = Bench.Prompt(1, 4096) }).Code);
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
    }
}
