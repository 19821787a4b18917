using System.Diagnostics;
using Freehold.Engine;
using Freehold.Engine.Sampling;
using Freehold.Engine.Streams;

namespace Freehold.Benching;

/// <summary>Measures what guessing ahead wins: the same answer with and without, in turn, so that noise hits both.</summary>
internal sealed class GuessingTest(InferenceEngine engine)
{
    /// <summary>Tokens a second of one stream without and with guesses, medians; the median of the rounds' ratios, its lowest and highest; the same ratio of processor time, which other programs disturb less; and what the guesses of one answer were.</summary>
    internal sealed record Gain(double Without, double With, double Ratio, double Lowest, double Highest, double ProcessorRatio, int Rounds, GenerationUsage Usage);

    /// <summary>Answers a prompt again and again.</summary>
    /// <param name="prompt">Token ids.</param>
    /// <param name="generate">Tokens of the answer at most.</param>
    /// <param name="isPredicted">Whether the answer is given as the request's prediction, so that every guess is right; else guesses come from the text itself, or the draft.</param>
    /// <param name="endless">Whether what ends an answer is forbidden.</param>
    /// <param name="temperature">0 takes the likeliest token; above that tokens are drawn, with the same seed each time.</param>
    /// <param name="time">How long to measure at least.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">The answers differ, which they never may.</exception>
    public async Task<Gain> MeasureAsync(IReadOnlyList<int> prompt, int generate, bool isPredicted, bool endless, float temperature, TimeSpan time, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            Prompt = prompt,
            MaxTokens = generate,
            Sampling = new SamplingParameters { Temperature = temperature, Seed = 1, LogitBias = endless ? engine.Model.Tokenizer.Special.EndOfGeneration.ToDictionary(id => id, _ => -100f) : new Dictionary<int, float>() },
            Speculation = false,
        };
        var answer = (await AskAsync(request, cancellationToken)).Tokens;
        var guessing = request with { Speculation = true, Prediction = isPredicted ? answer : null };
        await AskAsync(guessing, cancellationToken); // step costs are learnt, code is compiled
        List<double> without = [], with = [], ratios = [], processor = [];
        GenerationUsage usage;
        var begun = Stopwatch.GetTimestamp();
        do
        {
            var plain = await AskAsync(request, cancellationToken);
            var guessed = await AskAsync(guessing, cancellationToken);
            if (!answer.SequenceEqual(guessed.Tokens) || !answer.SequenceEqual(plain.Tokens))
                throw new InvalidOperationException("answers with and without guesses differ: that is a fault of this program");
            without.Add(plain.Rate);
            with.Add(guessed.Rate);
            ratios.Add(guessed.Rate / plain.Rate);
            processor.Add(plain.Processor / guessed.Processor);
            usage = guessed.Usage;
        }
        while (Stopwatch.GetElapsedTime(begun) < time || ratios.Count < 3);
        return new Gain(Median(without), Median(with), Median(ratios), ratios.Min(), ratios.Max(), Median(processor), ratios.Count, usage);
    }

    private async Task<(List<int> Tokens, double Rate, double Processor, GenerationUsage Usage)> AskAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        var tokens = new List<int>();
        long first = 0, last = 0;
        var used = TimeSpan.Zero;
        var usage = new GenerationUsage();
        await foreach (var update in engine.Submit(request, cancellationToken).WithCancellation(cancellationToken))
        {
            last = Stopwatch.GetTimestamp();
            if (tokens.Count == 0)
                (first, used) = (last, Environment.CpuUsage.TotalTime);
            tokens.Add(update.TokenId);
            usage = update.Usage;
        }
        return (tokens, (tokens.Count - 1) / Stopwatch.GetElapsedTime(first, last).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalSeconds, usage);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
