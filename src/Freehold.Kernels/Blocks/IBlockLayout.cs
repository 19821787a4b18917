using System.Runtime.Intrinsics;

namespace Freehold.Kernels.Blocks;

/// <summary>
/// What a vector kernel must know of one quantised type. Implemented by empty structs, so that the JIT makes each kernel anew for each
/// type with these members inlined and the constants folded. <see cref="ScalarBlocks"/> is the oracle.
/// </summary>
internal unsafe interface IBlockLayout
{
    /// <summary>Bytes of a block.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>Runs of 32 values in a block: 1 or 8.</summary>
    static abstract int BlockRuns { get; }

    /// <summary>Whether each run of 32 is two groups of 16 with a scale each.</summary>
    static abstract bool Halves { get; }

    /// <summary>Whether each group has a minimum term.</summary>
    static abstract bool HasMinimum { get; }

    /// <summary>Whether <see cref="Values"/> gives signed bytes. If not, they are unsigned and <see cref="Offset"/> too large.</summary>
    static abstract bool Signed { get; }

    /// <summary>What is to be taken off an unsigned value.</summary>
    static abstract int Offset { get; }

    /// <summary>The largest unsigned value.</summary>
    static abstract int Largest { get; }

    /// <summary>Run <paramref name="run"/> of a block: 32 bytes in order.</summary>
    static abstract Vector256<byte> Values(byte* block, int run);

    /// <summary>
    /// Scales of eight rows: for each group of <paramref name="blocks"/> blocks that begin <paramref name="offset"/> bytes into the rows,
    /// eight floats at <paramref name="scale"/>, the next group's <paramref name="step"/> floats further. Minimum terms likewise, signs included.
    /// </summary>
    static abstract void Scales(byte** rows, long offset, int blocks, float* scale, float* minimum, int step);
}
