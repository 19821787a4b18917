using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>What the code for a panel in AMX depends on.</summary>
/// <param name="Minimum">Whether each scale has a minimum term.</param>
/// <param name="HalfScales">Whether scales are binary16, as packed panels have them, and not f32. Then there is no minimum.</param>
/// <param name="Planes">Planes of int8 that an activation takes: 1, or 2 for 15 bits.</param>
/// <param name="Ahead">How many groups a tile product is ahead of the floats that use it: 2 or 3; with two planes 2.</param>
internal readonly record struct TileShape(bool Minimum, bool HalfScales = false, int Planes = 1, int Ahead = 3);

/// <summary>A stretch of a panel of sixteen outputs, signed bytes, and a tile of sixteen rows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileCall
{
    /// <summary>[group][8 steps][16 outputs][4 signed bytes].</summary>
    public sbyte* Panel;

    /// <summary>[group][16 outputs], f32 or binary16.</summary>
    public void* Scale;

    /// <summary>[group][16 outputs], where the type has minimums.</summary>
    public float* Minimum;

    /// <summary>[group][plane][16 rows][32].</summary>
    public sbyte* Q;

    /// <summary>Activations' scales, [group][16 rows].</summary>
    public float* D;

    /// <summary>The scales times the groups' sums, [group][16 rows], for minimums.</summary>
    public float* DSums;

    /// <summary>The chains, [16 rows][16 outputs].</summary>
    public float* Y;

    /// <summary><see cref="TilePanel.RingBytes"/> that the code may write, 64-byte aligned.</summary>
    public int* Ring;

    /// <summary>512 bytes a group and plane that a later call will read, to be asked for meanwhile; any address will do.</summary>
    public void* Next;

    /// <summary>Groups of 32 inputs: a multiple of 4, at least 4.</summary>
    public long Groups;
}
