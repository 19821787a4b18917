using System.Diagnostics;
using Freehold.Engine;
using Freehold.Engine.Sampling;

namespace Freehold.Benching;

/// <summary>Measures an engine by asking it, as clients do. Prompts are random ids, the same each time; every figure is a median.</summary>
internal sealed class SpeedTest(InferenceEngine engine, int prompt, int generate)
{
    /// <summary>Tokens of the prompt of each of several streams.</summary>
    public const int StreamPrompt = 16;

    private int _asked;
    private long _drafted, _accepted;

    /// <summary>Tokens guessed ahead in all rounds so far, and how many of them came true.</summary>
    public (long Made, long True) Guesses => (Interlocked.Read(ref _drafted), Interlocked.Read(ref _accepted));

    /// <summary>Tokens a second of one stream, over as many rounds as the time allows and at least one.</summary>
    public async Task<(double Prefill, double Decode)> AloneAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        List<double> prefill = [], decode = [];
        var start = Stopwatch.GetTimestamp();
        do
        {
            var begun = Stopwatch.GetTimestamp();
            var times = await TimesAsync(prompt, cancellationToken);
            prefill.Add(prompt / Stopwatch.GetElapsedTime(begun, times[0]).TotalSeconds);
            if (times.Count > 1)
                decode.Add((times.Count - 1) / Stopwatch.GetElapsedTime(times[0], times[^1]).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return (Median(prefill), decode.Count > 0 ? Median(decode) : 0);
    }

    /// <summary>Tokens a second of several streams in all, while all of them are being decoded; null where answers were too short for all to be decoded at the same time.</summary>
    public async Task<double?> TogetherAsync(int streams, TimeSpan time, CancellationToken cancellationToken)
    {
        var rates = new List<double>();
        var start = Stopwatch.GetTimestamp();
        do
        {
            var all = await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => Task.Run(() => TimesAsync(StreamPrompt, cancellationToken), cancellationToken)));
            var from = all.Max(times => times[0]);
            var to = all.Min(times => times[^1]);
            var tokens = all.Sum(times => times.Count(at => at > from && at <= to));
            if (tokens > 0)
                rates.Add(tokens / Stopwatch.GetElapsedTime(from, to).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return rates.Count > 0 ? Median(rates) : null;
    }

    private async Task<List<long>> TimesAsync(int length, CancellationToken cancellationToken)
    {
        var random = new Random(Interlocked.Increment(ref _asked));
        var ids = new int[length];
        for (var i = 0; i < length; i++)
            ids[i] = random.Next(engine.Model.Causal.Shape.VocabularySize);
        var request = new GenerationRequest
        {
            Prompt = ids,
            MaxTokens = generate,
            // What ends an answer must not end the measurement.
            Sampling = SamplingParameters.Greedy with { LogitBias = engine.Model.Tokenizer.Special.EndOfGeneration.ToDictionary(id => id, _ => -100f) },
        };
        var times = new List<long>(generate);
        await foreach (var update in engine.Submit(request, cancellationToken).WithCancellation(cancellationToken))
        {
            times.Add(Stopwatch.GetTimestamp());
            if (update.FinishReason == Engine.Streams.FinishReason.None)
                continue;
            Interlocked.Add(ref _drafted, update.Usage.DraftedTokens);
            Interlocked.Add(ref _accepted, update.Usage.AcceptedTokens);
        }
        return times;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[values.Count / 2 - 1] + values[values.Count / 2]) / 2;
    }
}
