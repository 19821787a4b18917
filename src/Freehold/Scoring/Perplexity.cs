using Freehold.Models.Inference;

namespace Freehold.Scoring;

/// <summary>
/// Perplexity over whole windows of a text's tokens, each window a sequence of its own and scored from its second token; what is left
/// over at the end is not scored.
/// </summary>
/// <param name="Value">exp of the mean negative log-likelihood.</param>
/// <param name="Scored">Tokens scored: (window - 1) for each window.</param>
/// <param name="Accuracy">The share of them that the model thought likeliest.</param>
internal readonly record struct Perplexity(double Value, int Scored, double Accuracy)
{
    /// <summary>Scores the tokens.</summary>
    /// <exception cref="ArgumentException">The window is shorter than 2 or there is not one whole window.</exception>
    public static Perplexity Of(CausalModel model, ReadOnlySpan<int> tokens, int window, CancellationToken cancellationToken = default)
    {
        if (window < 2 || tokens.Length < window)
            throw new ArgumentException($"the text has {tokens.Length} tokens and the window {window}; at least one whole window of 2 or more is needed");
        using var scorer = new CausalScorer(model, window);
        double loss = 0;
        int scored = 0, hits = 0;
        for (var start = 0; start + window <= tokens.Length; start += window)
        {
            var targets = tokens.Slice(start, window).ToArray();
            scorer.Run(targets, (position, logits) =>
            {
                if (position + 1 == targets.Length)
                    return;
                loss -= logits[targets[position + 1]] - LogSoftmax.Normaliser(logits);
                scored++;
                hits += IsLikeliest(logits, targets[position + 1]) ? 1 : 0;
            }, cancellationToken);
        }
        return new Perplexity(Math.Exp(loss / scored), scored, (double)hits / scored);
    }

    // Among equals the lower id is taken, as greedy sampling does.
    private static bool IsLikeliest(ReadOnlySpan<float> logits, int token)
    {
        for (var id = 0; id < logits.Length; id++)
            if (logits[id] > logits[token] || logits[id] == logits[token] && id < token)
                return false;
        return true;
    }
}
