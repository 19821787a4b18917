namespace Freehold.Scoring;

/// <summary>Natural log-probabilities from logits, in double precision: for measurements, not for the token path.</summary>
internal static class LogSoftmax
{
    /// <summary>log(sum(exp(logits))), computed about the maximum so that nothing overflows.</summary>
    public static double Normaliser(ReadOnlySpan<float> logits)
    {
        var most = double.NegativeInfinity;
        foreach (var logit in logits)
            most = Math.Max(most, logit);
        double sum = 0;
        foreach (var logit in logits)
            sum += Math.Exp(logit - most);
        return most + Math.Log(sum);
    }

    /// <summary>The likeliest ids with their log-probabilities, best first; among equals the lower id comes first.</summary>
    public static (int Id, double Logprob)[] Top(ReadOnlySpan<float> logits, int count)
    {
        var normaliser = Normaliser(logits);
        count = Math.Min(count, logits.Length);
        var best = new List<int>(count + 1);
        for (var id = 0; id < logits.Length; id++)
        {
            if (best.Count == count && (count == 0 || !(logits[id] > logits[best[^1]])))
                continue;
            var at = best.Count;
            while (at > 0 && logits[id] > logits[best[at - 1]])
                at--;
            best.Insert(at, id);
            if (best.Count > count)
                best.RemoveAt(count);
        }
        var top = new (int, double)[best.Count];
        for (var i = 0; i < top.Length; i++)
            top[i] = (best[i], logits[best[i]] - normaliser);
        return top;
    }
}
