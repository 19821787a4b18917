namespace Freehold.Engine.Speculation;

/// <summary>What a stream could guess in a step, and what of it is worth computing.</summary>
internal struct GuessOffer
{
    /// <summary>Guesses that there are, or that could be made.</summary>
    public int Most;

    /// <summary>How likely each is to come true if those before it did.</summary>
    public float Chance;

    /// <summary>Whether a model has to be asked for them, which takes time.</summary>
    public bool AsksModel;

    /// <summary>Guesses to compute.</summary>
    public int Guesses;
}

/// <summary>
/// Chooses how many guesses each stream may compute, so that the most tokens come in a second: k guesses that each come true with chance p give p + p² + ... + pᵏ tokens more, for a step of
/// k rows more (Leviathan, Kalman, Matias, arXiv 2211.17192, section 3.3). Guesses that win less than a few per cent are left: what they are worth is only estimated.
/// </summary>
internal static class GuessBudget
{
    private const double LeastGain = 1.03;

    /// <summary>Sets <see cref="GuessOffer.Guesses"/>.</summary>
    /// <param name="offers">What the streams could guess.</param>
    /// <param name="streams">Streams in the step, those without an offer included.</param>
    /// <param name="cost">What steps cost.</param>
    /// <param name="modelStep">What a step of the model that is asked costs, in the same unit.</param>
    public static void Share(Span<GuessOffer> offers, int streams, StepCost cost, double modelStep)
    {
        Span<int> taken = stackalloc int[offers.Length];
        Span<double> next = stackalloc double[offers.Length];
        taken.Clear();
        for (var i = 0; i < offers.Length; i++)
        {
            offers[i].Guesses = 0;
            next[i] = offers[i].Chance;
        }
        double tokens = streams, best = LeastGain * streams / cost.Of(streams);
        var modelSteps = 0;
        for (var rows = streams + 1; Likeliest(offers, taken, next) is >= 0 and var i; rows++)
        {
            tokens += next[i];
            next[i] *= offers[i].Chance;
            taken[i]++;
            if (offers[i].AsksModel)
                modelSteps = Math.Max(modelSteps, taken[i]);
            var rate = tokens / (cost.Of(rows) + modelSteps * modelStep);
            if (rate <= best)
                continue;
            best = rate;
            for (var j = 0; j < offers.Length; j++)
                offers[j].Guesses = taken[j];
        }
    }

    private static int Likeliest(ReadOnlySpan<GuessOffer> offers, ReadOnlySpan<int> taken, ReadOnlySpan<double> next)
    {
        var likeliest = -1;
        for (var i = 0; i < offers.Length; i++)
            if (taken[i] < offers[i].Most && (likeliest < 0 || next[i] > next[likeliest]))
                likeliest = i;
        return likeliest;
    }
}
