using System.Numerics;

namespace Freehold.Engine.Sampling;

/// <summary>What is read off a row of logits as a whole.</summary>
internal static class Logits
{
    /// <summary>The largest logit's id, the lowest of equals; -1 where a logit is NaN or +infinity, or none is finite.</summary>
    public static int Likeliest(ReadOnlySpan<float> logits)
    {
        var most = new Vector<float>(float.NegativeInfinity);
        var ordered = new Vector<int>(-1);
        var i = 0;
        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var lanes = new Vector<float>(logits[i..]);
            ordered &= Vector.Equals(lanes, lanes);
            most = Vector.ConditionalSelect(Vector.GreaterThan(lanes, most), lanes, most);
        }
        var largest = float.NegativeInfinity;
        for (var lane = 0; lane < Vector<float>.Count; lane++)
            largest = most[lane] > largest ? most[lane] : largest;
        var isOrdered = Vector.EqualsAll(ordered, new Vector<int>(-1));
        for (; i < logits.Length; i++)
        {
            isOrdered &= !float.IsNaN(logits[i]);
            largest = logits[i] > largest ? logits[i] : largest;
        }
        if (!isOrdered || !float.IsFinite(largest))
            return -1;
        var sought = new Vector<float>(largest);
        for (i = 0; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
            if (Vector.EqualsAny(new Vector<float>(logits[i..]), sought))
                break;
        while (logits[i] != largest)
            i++;
        return i;
    }

    /// <summary>
    /// The natural logarithm of the sum of all exponentials: a token's log-probability is its logit less this. <paramref name="scratch"/> is as long as the row.
    /// </summary>
    public static double LogSumExp(ReadOnlySpan<float> logits, float largest, Span<float> scratch)
    {
        TokenMath.Exp(logits, largest, scratch);
        return largest + TokenMath.Log(TokenMath.Sum(scratch[..logits.Length]));
    }

    /// <summary>The likeliest tokens, best first, the lower id first of equals, with their log-probabilities. Returns how many there are.</summary>
    public static int Likeliest(ReadOnlySpan<float> logits, double logSumExp, Span<Streams.TokenProbability> best)
    {
        var count = 0;
        for (var id = 0; id < logits.Length && best.Length > 0; id++)
        {
            var logit = logits[id];
            if (count == best.Length && !(logit > best[^1].LogProbability))
                continue;
            var place = count < best.Length ? count++ : count - 1;
            for (; place > 0 && logit > best[place - 1].LogProbability; place--)
                best[place] = best[place - 1];
            best[place] = new(id, logit);
        }
        for (var i = 0; i < count; i++)
            best[i] = best[i] with { LogProbability = (float)(best[i].LogProbability - logSumExp) };
        return count;
    }
}
