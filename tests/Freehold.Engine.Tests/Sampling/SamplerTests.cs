using CsCheck;
using Freehold.Engine.Refusals;
using Freehold.Engine.Sampling;

namespace Freehold.Engine.Tests.Sampling;

public class SamplerTests
{
    private static readonly float[] _logits = [1f, 3f, 2f, -1f, 3f, 0f];

    private static int Sample(float[] logits, SamplingParameters sampling, params int[] tokens) =>
        new Sampler(logits.Length).Sample(logits, sampling, 1, tokens.Length == 0 ? [0] : tokens, 1);

    /// <summary>How often each token comes out over many positions.</summary>
    private static double[] Shares(float[] logits, SamplingParameters sampling, int draws = 20_000)
    {
        var sampler = new Sampler(logits.Length);
        var counts = new double[logits.Length];
        var tokens = new int[draws];
        for (var i = 1; i <= draws; i++)
            counts[sampler.Sample(logits, sampling, 42, tokens.AsSpan(0, i), i)] += 1.0 / draws;
        return counts;
    }

    private static int[] Support(float[] logits, SamplingParameters sampling) =>
        [.. Shares(logits, sampling).Select((share, id) => (share, id)).Where(pair => pair.share > 0).Select(pair => pair.id)];

    [Fact]
    public void Greedy_takes_the_lowest_of_the_likeliest() => Assert.Equal(1, Sample(_logits, SamplingParameters.Greedy));

    [Fact]
    public void The_likeliest_is_found_in_rows_of_any_length() =>
        Gen.Float[-5, 5].Array[1, 300].Sample(row => Logits.Likeliest(row) == Array.IndexOf(row, row.Max()));

    [Fact]
    public void The_same_seed_and_position_give_the_same_token_and_others_differ()
    {
        var flat = new float[1000];
        var sampling = SamplingParameters.Default;
        var sampler = new Sampler(1000);
        var a = sampler.Sample(flat, sampling, 5, [1, 2, 3], 1);
        Assert.Equal(a, new Sampler(1000).Sample(flat, sampling, 5, [7, 8, 9], 1));
        Assert.NotEqual(a, sampler.Sample(flat, sampling, 6, [1, 2, 3], 1));
        Assert.NotEqual(a, sampler.Sample(flat, sampling, 5, [1, 2, 3, 4], 1));
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(0.5f)]
    [InlineData(2f)]
    public void Tokens_come_as_often_as_their_probability_says(float temperature)
    {
        const int draws = 20_000;
        var shares = Shares(_logits, new SamplingParameters { Temperature = temperature }, draws);
        var weights = _logits.Select(logit => Math.Exp(logit / temperature)).ToArray();
        var chi = shares.Zip(weights, (share, weight) => Math.Pow(share - weight / weights.Sum(), 2) / (weight / weights.Sum())).Sum() * draws;
        // 5 degrees of freedom: 20.5 leaves 0.1 %.
        Assert.True(chi < 20.5, $"chi square is {chi}");
    }

    [Fact]
    public void Top_k_keeps_the_k_likeliest_and_the_lowest_ids_of_equals()
    {
        Assert.Equal([1], Support(_logits, new() { TopK = 1 }));
        Assert.Equal([1, 2, 4], Support(_logits, new() { TopK = 3 }));
        Assert.Equal([0, 1, 2], Support([5f, 5f, 5f, 5f, 5f], new() { TopK = 3 }));
    }

    [Fact]
    public void Top_p_keeps_the_fewest_that_reach_it()
    {
        float[] logits = [.. new[] { 0.1, 0.4, 0.05, 0.25, 0.2 }.Select(p => (float)Math.Log(p))];
        Assert.Equal([1], Support(logits, new() { TopP = 0 }));
        Assert.Equal([1], Support(logits, new() { TopP = 0.39f }));
        Assert.Equal([1, 3], Support(logits, new() { TopP = 0.5f }));
        Assert.Equal([1, 3, 4], Support(logits, new() { TopP = 0.84f }));
    }

    [Fact]
    public void Min_p_keeps_those_near_enough_to_the_likeliest()
    {
        float[] logits = [.. new[] { 0.1, 0.4, 0.05, 0.25, 0.2 }.Select(p => (float)Math.Log(p))];
        Assert.Equal([1, 3, 4], Support(logits, new() { MinP = 0.45f }));
    }

    [Fact]
    public void Typical_p_keeps_the_least_surprising_surprises()
    {
        // Entropy 1.415 nats; surprises 2.30, 0.92, 3.00, 1.39, 1.61: the nearest are ids 3, 4, 1.
        float[] logits = [.. new[] { 0.1, 0.4, 0.05, 0.25, 0.2 }.Select(p => (float)Math.Log(p))];
        Assert.Equal([3], Support(logits, new() { TypicalP = 0.24f }));
        Assert.Equal([3, 4], Support(logits, new() { TypicalP = 0.4f }));
        Assert.Equal([1, 3, 4], Support(logits, new() { TypicalP = 0.6f }));
    }

    [Fact]
    public void Selecting_without_sorting_keeps_what_sorting_keeps()
    {
        var gen = Gen.Select(Gen.Float[-4, 4].Select(x => MathF.Round(x * 8) / 8).Array[2, 400], Gen.Int[1, 50], Gen.Float[0.05f, 0.99f]);
        gen.Sample((logits, k, p) =>
        {
            var order = Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id).ToList();
            var weights = logits.Select(logit => (double)TokenMath.Exp(logit - logits.Max())).ToArray();
            var nucleus = new List<int>();
            for (double mass = 0, total = weights.Sum(); mass < p * total; mass += weights[nucleus[^1]])
                nucleus.Add(order[nucleus.Count]);
            var candidates = new Candidates(logits.Length);
            candidates.StartTop(logits, k);
            Assert.Equal(order.Take(k).Order(), candidates.Ids.ToArray());
            candidates.Start(logits);
            candidates.Weigh(logits.Max());
            candidates.KeepNucleus(p);
            var kept = candidates.Ids.ToArray();
            // Sums in another order may differ in their last bits, so one token more or less on the border is right too.
            Assert.True(Math.Abs(kept.Length - nucleus.Count) <= 1, $"{kept.Length} kept, {nucleus.Count} expected");
            Assert.Equal(order.Take(kept.Length).Order(), kept);
        });
    }

    [Fact]
    public void The_repetition_penalty_weakens_what_was_said_in_prompt_and_answer()
    {
        var greedy = SamplingParameters.Greedy with { RepetitionPenalty = 2 };
        Assert.Equal(4, Sample(_logits, greedy, 1));
        Assert.Equal(2, Sample(_logits, greedy, 1, 4, 4));
        Assert.Equal(1, Sample(_logits, greedy with { RepetitionWindow = 2 }, 1, 4, 4));
        // A negative logit gets further from zero.
        Assert.Equal(1, Sample([-2f, -2.5f], greedy, 0));
    }

    [Fact]
    public void Presence_and_frequency_penalties_look_at_the_answer_only()
    {
        var presence = SamplingParameters.Greedy with { PresencePenalty = 1.5f };
        Assert.Equal(1, Sample(_logits, presence, 1));
        Assert.Equal(4, Sample(_logits, presence, 0, 1));
        Assert.Equal(2, Sample(_logits, presence, 0, 1, 4));
        var frequency = SamplingParameters.Greedy with { FrequencyPenalty = 0.4f };
        Assert.Equal(1, Sample(_logits, frequency, 0, 1, 1, 4, 4));
        Assert.Equal(2, Sample(_logits, frequency, 0, 1, 1, 1, 4, 4, 4));
    }

    [Fact]
    public void A_logit_bias_forces_or_bans_a_token()
    {
        Assert.Equal(3, Sample(_logits, SamplingParameters.Greedy with { LogitBias = new Dictionary<int, float> { [3] = 100 } }));
        Assert.Equal([4], Support(_logits, new() { TopK = 1, LogitBias = new Dictionary<int, float> { [1] = -100 } }));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_no_numbers_are_an_error(float bad)
    {
        for (var place = 0; place < 40; place++)
        {
            var logits = new float[40];
            logits[place] = bad;
            Assert.Throws<GenerationFailedException>(() => Sample(logits, SamplingParameters.Greedy));
            Assert.Throws<GenerationFailedException>(() => Sample(logits, SamplingParameters.Default));
        }
        Assert.Throws<GenerationFailedException>(() => Sample([float.NegativeInfinity, float.NegativeInfinity], SamplingParameters.Default));
    }

    [Fact]
    public void A_tiny_temperature_is_greedy_and_no_error()
    {
        Assert.Equal(1, Sample(_logits, new() { Temperature = 1e-40f, TopP = 0.5f, TypicalP = 0.5f, TopK = 3 }));
        Assert.Equal(0, Sample([1e30f, 1f], new() { Temperature = 1e-20f }));
    }

    [Fact]
    public void A_masked_token_is_never_drawn() =>
        Assert.Equal([0, 2], Support([1f, float.NegativeInfinity, 1f], SamplingParameters.Default with { TypicalP = 0.99f }));

    [Fact]
    public void Own_exponential_and_logarithm_are_near_the_true_ones()
    {
        for (var x = -87f; x <= 5; x += 0.037f)
            Assert.Equal(1, TokenMath.Exp(x) / Math.Exp(x), 1e-6);
        for (var x = 1e-6; x < 1e9; x *= 1.37)
            Assert.Equal(Math.Log(x), TokenMath.Log(x), 1e-12 * Math.Max(1, Math.Abs(Math.Log(x))));
        Assert.Equal(1f, TokenMath.Exp(0));
    }

    [Fact]
    public void Several_exponentials_at_once_have_the_bits_of_single_ones() =>
        Gen.Select(Gen.Float[-120, 5].Array[0, 70], Gen.Float[-3, 3]).Sample((values, shift) =>
        {
            var results = new float[values.Length];
            TokenMath.Exp(values, shift, results);
            for (var i = 0; i < values.Length; i++)
                Assert.Equal(BitConverter.SingleToInt32Bits(TokenMath.Exp(values[i] - shift)), BitConverter.SingleToInt32Bits(results[i]));
        });
}
