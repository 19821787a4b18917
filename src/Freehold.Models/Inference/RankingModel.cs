namespace Freehold.Models.Inference;

/// <summary>A cross-encoder: reads a question and a passage together and says how well they match (arXiv 1901.04085). One pair at a time.</summary>
public abstract class RankingModel : IDisposable
{
    /// <summary>Sizes a caller needs.</summary>
    public abstract ModelShape Shape { get; }

    /// <summary>Tokens one pair may have, those between and around its texts included.</summary>
    public abstract int MaxTokens { get; }

    /// <summary>The head's one logit, without bounds: higher is more relevant.</summary>
    /// <param name="tokens">The pair as the model reads it (<see cref="Tokenizers.Tokenizer.Pair"/>).</param>
    /// <param name="secondFrom">Where its second text begins; from there on tokens have type 1 where the model knows more than one type. The length for a single text.</param>
    /// <exception cref="ArgumentException">More tokens than <see cref="MaxTokens"/>, or none, or a border outside them.</exception>
    public abstract float Score(ReadOnlySpan<int> tokens, int secondFrom);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees workspaces and the file.</summary>
    protected abstract void Dispose(bool disposing);
}
