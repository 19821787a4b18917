namespace Freehold.Engine.Sampling;

/// <summary>Changes scores by what was said before. Counts are made anew each time: a linear pass, and nothing to keep or to restore.</summary>
internal sealed class Penalties(int vocabulary)
{
    private readonly int[] _counts = new int[vocabulary];

    /// <summary>Whether these parameters change any score.</summary>
    public static bool Change(SamplingParameters sampling) =>
        sampling.LogitBias.Count > 0 || sampling.RepetitionPenalty != 1 || sampling.PresencePenalty != 0 || sampling.FrequencyPenalty != 0;

    /// <summary>Adds biases, then applies the repetition penalty (prompt and answer), then presence and frequency penalties (answer).</summary>
    public void Apply(Span<float> scores, SamplingParameters sampling, ReadOnlySpan<int> tokens, int promptLength)
    {
        if (sampling.LogitBias.Count > 0)
            foreach (var (id, bias) in sampling.Biases)
                scores[id] += bias;
        if (sampling.RepetitionPenalty != 1)
            Repetition(scores, sampling.RepetitionPenalty, sampling.RepetitionWindow == 0 ? tokens : tokens[Math.Max(0, tokens.Length - sampling.RepetitionWindow)..]);
        if (sampling.PresencePenalty != 0 || sampling.FrequencyPenalty != 0)
            PresenceAndFrequency(scores, sampling, tokens[promptLength..]);
    }

    private void Repetition(Span<float> scores, float penalty, ReadOnlySpan<int> tokens)
    {
        foreach (var id in tokens)
            if (id < scores.Length && _counts[id]++ == 0)
                scores[id] = scores[id] > 0 ? scores[id] / penalty : scores[id] * penalty;
        Forget(tokens);
    }

    private void PresenceAndFrequency(Span<float> scores, SamplingParameters sampling, ReadOnlySpan<int> tokens)
    {
        foreach (var id in tokens)
            _counts[id]++;
        foreach (var id in tokens)
        {
            if (_counts[id] > 0)
                scores[id] -= sampling.PresencePenalty + sampling.FrequencyPenalty * _counts[id];
            _counts[id] = 0;
        }
    }

    private void Forget(ReadOnlySpan<int> tokens)
    {
        foreach (var id in tokens)
            if (id < _counts.Length)
                _counts[id] = 0;
    }
}
