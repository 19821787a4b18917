using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>What the blocks of a slice hold.</summary>
internal enum SliceValues
{
    /// <summary>w8 as it lies: [16 quads][16 outputs][4 signed bytes].</summary>
    Signed,

    /// <summary>The same made unsigned by 128.</summary>
    Unsigned,

    /// <summary>w4 as it lies: multipliers and bases, then codes (<see cref="Products.Lossy.LossyFormat"/>).</summary>
    Codes,
}

/// <summary>What the code for a slice of panels under one scale an output depends on.</summary>
/// <param name="Values">What the panels hold.</param>
/// <param name="Tiled">Whether activations lie in tiles of eight rows, or row by row.</param>
/// <param name="Ahead">How many blocks ahead of their use memory is asked for; 0 for never.</param>
internal readonly record struct VnniSliceShape(SliceValues Values, bool Tiled, int Ahead)
{
    /// <summary>Bytes of a block of 64 inputs in a panel.</summary>
    internal int BlockBytes => Values == SliceValues.Codes ? 64 + 512 : 1024;
}

/// <summary>A slice of one, two or four panels of sixteen outputs, and up to eight rows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct VnniSliceCall
{
    /// <summary>The panels' blocks.</summary>
    public byte* Panel0, Panel1, Panel2, Panel3;

    /// <summary>[row][64 of each block], or in tiles [block][16 quads][8 rows][4].</summary>
    public sbyte* Q;

    /// <summary>Bytes from row to row, where they are not in tiles.</summary>
    public long Stride;

    /// <summary>The chains, [row][panel][16 outputs].</summary>
    public float* Y;

    /// <summary>Blocks of 64 inputs, at least 1.</summary>
    public long Blocks;

    /// <summary>Each row's scale in this slice.</summary>
    public fixed float D[VnniBlocking.MostRows];

    /// <summary>What each row's sums begin with: -128 times the sum of its values in this slice.</summary>
    public fixed int Starts[VnniBlocking.MostRows];
}
