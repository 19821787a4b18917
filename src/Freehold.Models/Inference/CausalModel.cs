namespace Freehold.Models.Inference;

/// <summary>A model that gives the next token's logits. One forward at a time; the caller owns the state (<see cref="State"/>).</summary>
public abstract class CausalModel : IDisposable
{
    /// <summary>Sizes a caller needs.</summary>
    public abstract ModelShape Shape { get; }

    /// <summary>The state each sequence needs.</summary>
    public abstract StateLayout State { get; }

    /// <summary>Rows one forward can take; workspaces are sized by it.</summary>
    public abstract int MaxRows { get; }

    /// <summary>Rows of logits one forward can give.</summary>
    public abstract int MaxLogitRows { get; }

    /// <summary>Bytes the model holds resident: weights as mapped, and its workspace.</summary>
    public abstract long ResidentBytes { get; }

    /// <summary>Of those, the weights.</summary>
    public virtual long WeightBytes => ResidentBytes;

    /// <summary>Of the weights, bytes in private memory, which are taken already when the model is loaded: mapped ones count as available until they are read.</summary>
    public virtual long PrivateWeightBytes => 0;

    /// <summary>Whether another model is computing on the threads that this one shares, or waits to. Only the caller of <see cref="Forward"/> may ask, between two steps.</summary>
    public virtual bool OthersCompute => false;

    /// <summary>
    /// Runs the batch: writes keys and values of every row into the pages, and the logits of the rows that ask,
    /// [LogitRows.Length][Shape.VocabularySize], into memory the model owns until the next call.
    /// </summary>
    /// <exception cref="ArgumentException">More rows or logits than the model was loaded for.</exception>
    public abstract ReadOnlySpan<float> Forward(ForwardBatch batch);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees workspaces and the file.</summary>
    protected abstract void Dispose(bool disposing);
}
