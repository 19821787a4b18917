using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>What the code for a slice of panels under one scale an output depends on.</summary>
/// <param name="Blocks">Blocks of 64 inputs in the slice, 1 to 8.</param>
/// <param name="Tiles">Tiles of sixteen rows that are multiplied together, 1 or 2.</param>
internal readonly record struct TileSliceShape(int Blocks, int Tiles);

/// <summary>A slice of two panels of sixteen outputs, and one or more steps of one or two tiles of sixteen rows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileSliceCall
{
    /// <summary>The panels, which may be the same: [block][16 quads][16 outputs][4 signed bytes].</summary>
    public sbyte* Panel0, Panel1;

    /// <summary>[tile][block][16 rows][64].</summary>
    public sbyte* Q;

    /// <summary>Activations' scales in this slice, [tile][16 rows].</summary>
    public float* D;

    /// <summary>The chains, [tile][panel][16 rows][16 outputs].</summary>
    public float* Y;

    /// <summary><see cref="TileSlices.RingBytes"/> that the code may write, 64-byte aligned.</summary>
    public int* Ring;

    /// <summary>What will be read of the panels next, to be asked for meanwhile, 1 KiB of each a step; any address will do.</summary>
    public byte* Next0, Next1;

    /// <summary>Steps, at least 1.</summary>
    public long Steps;
}
