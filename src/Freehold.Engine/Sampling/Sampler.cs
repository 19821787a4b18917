using Freehold.Engine.Refusals;
using Freehold.Grammars.Tokens;

namespace Freehold.Engine.Sampling;

/// <summary>
/// Chooses the next token of a row of logits: bias, penalties, temperature, top_k, top_p, min_p, typical_p, then one draw (docs/sampling.md). Everything is computed in one
/// order with our own functions, so the same logits, parameters and position give the same token on every machine. Owned by the engine's thread.
/// </summary>
internal sealed class Sampler(int vocabulary)
{
    private readonly float[] _scores = new float[vocabulary];
    private readonly Penalties _penalties = new(vocabulary);
    private readonly Candidates _candidates = new(vocabulary);

    /// <summary>The next token, given those before it; with <paramref name="allowed"/> one of these.</summary>
    /// <exception cref="GenerationFailedException">The logits are not numbers.</exception>
    public int Sample(ReadOnlySpan<float> logits, SamplingParameters sampling, ulong seed, ReadOnlySpan<int> tokens, int promptLength, TokenSet? allowed = null)
    {
        logits = logits[.._scores.Length];
        var likeliest = Likeliest(logits, tokens.Length);
        if (sampling.Temperature == 0 && !Penalties.Change(sampling) && (allowed is null || allowed[likeliest]))
            return likeliest;

        var scores = _scores.AsSpan();
        logits.CopyTo(scores);
        _penalties.Apply(scores, sampling, tokens, promptLength);
        if (allowed is not null)
            Forbid(scores, allowed.Words);
        likeliest = Likeliest(scores, tokens.Length);
        if (sampling.Temperature == 0)
            return likeliest;

        for (var i = 0; sampling.Temperature != 1 && i < scores.Length; i++)
            scores[i] /= sampling.Temperature;
        if (!float.IsFinite(scores[likeliest]))
            return likeliest;
        var largest = scores[likeliest];
        if (sampling.TopK > 0)
            _candidates.StartTop(scores, sampling.TopK);
        else
            _candidates.Start(scores);
        _candidates.Weigh(largest);
        if (sampling.TopP < 1)
            _candidates.KeepNucleus(sampling.TopP);
        if (sampling.MinP > 0)
            _candidates.KeepAbove(sampling.MinP);
        if (sampling.TypicalP < 1)
            _candidates.KeepTypical(sampling.TypicalP, largest);
        return _candidates.Draw(CounterRandom.Uniform(seed, tokens.Length));
    }

    // A score of minus infinity is never drawn.
    private static void Forbid(Span<float> scores, ReadOnlySpan<ulong> allowed)
    {
        for (var start = 0; start < scores.Length; start += 64)
        {
            var word = allowed[start / 64];
            var stretch = scores.Slice(start, Math.Min(64, scores.Length - start));
            if (word == 0)
                stretch.Fill(float.NegativeInfinity);
            else if (word != ulong.MaxValue)
                for (var i = 0; i < stretch.Length; i++)
                    if ((word >> i & 1) == 0)
                        stretch[i] = float.NegativeInfinity;
        }
    }

    private static int Likeliest(ReadOnlySpan<float> scores, int position)
    {
        var id = Logits.Likeliest(scores);
        return id >= 0 ? id : throw new GenerationFailedException(
            $"the model's logits for position {position} are not finite numbers; the model file is damaged or its computation overflowed. Check the file, or try another quantisation");
    }
}
