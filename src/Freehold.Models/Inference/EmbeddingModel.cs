namespace Freehold.Models.Inference;

/// <summary>An encoder that gives one vector for a text's tokens.</summary>
public abstract class EmbeddingModel : IDisposable
{
    /// <summary>Sizes a caller needs; the vector has <see cref="ModelShape.EmbeddingLength"/> floats.</summary>
    public abstract ModelShape Shape { get; }

    /// <summary>Tokens one text may have.</summary>
    public abstract int MaxTokens { get; }

    /// <summary>Pools and normalises (L2 norm 1) the encoding of one text's tokens, added tokens included.</summary>
    /// <exception cref="ArgumentException">More tokens than <see cref="MaxTokens"/>, or none.</exception>
    public abstract void Embed(ReadOnlySpan<int> tokens, Span<float> vector);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees workspaces and the file.</summary>
    protected abstract void Dispose(bool disposing);
}
