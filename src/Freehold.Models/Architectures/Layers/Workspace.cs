using System.Runtime.InteropServices;
using Freehold.Kernels.Products;

namespace Freehold.Models.Architectures.Layers;

/// <summary>
/// The buffers a forward pass writes, allocated once for a number of rows. Layers hold pointers into it, so their products are described
/// once at load and nothing is allocated per token.
/// </summary>
internal sealed unsafe class Workspace : IDisposable
{
    private readonly List<nint> _blocks = [];
    private bool _disposed;

    public Workspace(WorkspaceSizes sizes, ActivationBits bits)
    {
        Sizes = sizes;
        try
        {
            Stream = Rows(sizes.Embedding);
            Normed = Rows(sizes.Embedding);
            Branch = Rows(sizes.Embedding);
            Queries = Rows(sizes.Queries);
            Keys = Rows(sizes.Keys);
            Values = Rows(sizes.Values);
            Attended = Rows(sizes.Attended);
            Gate = Rows(sizes.FeedForward);
            Up = Rows(sizes.FeedForward);
            Logits = Allocate((long)sizes.LogitRows * sizes.Vocabulary);
            var widest = Math.Max(Math.Max(sizes.Embedding, sizes.Attended), sizes.FeedForward);
            Activations = new ActivationRows(sizes.Rows, widest, bits);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public WorkspaceSizes Sizes { get; }

    /// <summary>The residual stream.</summary>
    public float* Stream { get; }

    /// <summary>A normalised copy of the stream: what a block reads.</summary>
    public float* Normed { get; }

    /// <summary>A block's result where it cannot be added to the stream at once.</summary>
    public float* Branch { get; }

    public float* Queries { get; }

    public float* Keys { get; }

    public float* Values { get; }

    /// <summary>What attention gives, before the output projection.</summary>
    public float* Attended { get; }

    public float* Gate { get; }

    public float* Up { get; }

    public float* Logits { get; }

    public ActivationRows Activations { get; } = null!;

    /// <summary>Bytes allocated here.</summary>
    public long Bytes { get; private set; }

    /// <summary>A buffer of <see cref="WorkspaceSizes.Rows"/> rows.</summary>
    public float* Rows(int columns) => Allocate((long)Sizes.Rows * Math.Max(columns, 1));

    /// <summary>A buffer of floats on a 64-byte border, freed with the workspace. Not cleared: pages that no batch reaches stay untouched.</summary>
    public float* Allocate(long floats)
    {
        var bytes = checked((nuint)floats * sizeof(float));
        var block = NativeMemory.AlignedAlloc(bytes, 64);
        _blocks.Add((nint)block);
        Bytes += (long)bytes;
        return (float*)block;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Activations?.Dispose();
        foreach (var block in _blocks)
            NativeMemory.AlignedFree((void*)block);
        _blocks.Clear();
    }
}

/// <summary>Widths of a <see cref="Workspace"/>'s buffers, in floats, and how many rows they have.</summary>
internal sealed record WorkspaceSizes(
    int Rows, int LogitRows, int Vocabulary, int Embedding, int Queries, int Keys, int Values, int Attended, int FeedForward);
