using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products.Packed;

/// <summary>
/// How a quantised type lies in panels of sixteen outputs, the file's values untouched (docs/packing.md):
/// <code>
/// panel   scales of all blocks, zeros to the next 64 bytes, values of all runs, zeros to the next 64 bytes
/// scales  [block] d [16] f16, then minimum [16] f16 where there is one
///         K-quants: then [group][16] scale bytes, then [group][16] minimum bytes; MXFP4: [16] E8M0 alone
/// values  [run of 32] planes, each of vectors [16 outputs][4 bytes]; quad step s of a run is its values 4 s to 4 s + 3
///         8 bits: vector s is step s
///         4 bits: vector j's low nibbles are step j, its high nibbles step j + 4
///         2 bits: vector i's field f is step i + 2 f
///         1 bit:  bit s is step s
///         3, 5 and 6 bits: the low plane, then that of the high bits
/// </code>
/// A vector is what a 512-bit register, two of 256 bits, four of 128 and a row of an AMX tile read at once, and a thread reads its panels in one line.
/// </summary>
internal readonly record struct PackedFormat(BlockFormat Block, int Bits, int Offset)
{
    /// <summary>Outputs of a panel.</summary>
    internal const int Outputs = 16;

    /// <summary>Changes whenever the bytes of any type's panel do.</summary>
    internal const int Version = 1;

    /// <summary>Bytes of the values of a run of 32 inputs.</summary>
    internal int RunBytes => Bits * 64;

    /// <summary>Runs of 32 in a block.</summary>
    internal int BlockRuns => Block.BlockLength / 32;

    /// <summary>Groups with a scale of their own in a block.</summary>
    internal int Groups => Block.BlockLength / Block.ScaleGroup;

    /// <summary>Bytes of a block's scales.</summary>
    internal int ScaleBytes => Block.Type == TensorType.MXFP4 ? Outputs
        : (Block.HasMinimum ? 2 : 1) * (2 * Outputs + (Block.BlockLength == 256 ? Groups * Outputs : 0));

    /// <summary>Where a panel's values begin.</summary>
    internal long ValuesAt(int columns) => Whole((long)columns / Block.BlockLength * ScaleBytes);

    /// <summary>Bytes of a panel.</summary>
    internal long PanelBytes(int columns) => ValuesAt(columns) + Whole((long)columns / 32 * RunBytes);

    /// <summary>Bytes of a matrix; the last panel is whole, with zeros for what is not there.</summary>
    internal long MatrixBytes(int rows, int columns) => (rows + Outputs - 1L) / Outputs * PanelBytes(columns);

    /// <summary>The format of a type; false for the float types, which are read as they are.</summary>
    internal static bool TryGet(TensorType type, out PackedFormat format)
    {
        var block = BlockFormat.TryGet(type, out var known) ? known : default;
        format = type switch
        {
            TensorType.Q4_0 => new(block, 4, 8),
            TensorType.Q4_1 or TensorType.Q4_K => new(block, 4, 0),
            TensorType.Q5_0 => new(block, 5, 16),
            TensorType.Q5_1 or TensorType.Q5_K => new(block, 5, 0),
            TensorType.Q8_0 => new(block, 8, 0),
            TensorType.Q2_K => new(block, 2, 0),
            TensorType.Q3_K => new(block, 3, 4),
            TensorType.Q6_K => new(block, 6, 32),
            TensorType.IQ4_NL or TensorType.IQ4_XS or TensorType.MXFP4 => new(block, 4, 0),
            _ => default,
        };
        return format.Bits != 0;
    }

    private static long Whole(long bytes) => (bytes + 63) & ~63L;
}
