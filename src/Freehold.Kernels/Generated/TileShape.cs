using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>What the code for panels with a scale per 32 in AMX depends on.</summary>
/// <param name="Minimum">Whether each scale has a minimum term.</param>
/// <param name="HalfScales">Whether scales are binary16, as packed panels have them, and not f32. Then there is no minimum.</param>
/// <param name="Planes">Planes of int8 that an activation takes: 1, or 2 for 15 bits.</param>
internal readonly record struct TileShape(bool Minimum, bool HalfScales = false, int Planes = 1);

/// <summary>A stretch of two panels of sixteen outputs, signed bytes, and a tile of twelve rows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileCall
{
    /// <summary>The panels, which may be the same: [group][8 steps][16 outputs][4 signed bytes].</summary>
    public sbyte* Panel0, Panel1;

    /// <summary>[group][16 outputs], f32 or binary16.</summary>
    public void* Scale0, Scale1;

    /// <summary>[group][16 outputs], where the type has minimums.</summary>
    public float* Minimum0, Minimum1;

    /// <summary>[group][plane][12 rows][32].</summary>
    public sbyte* Q;

    /// <summary>Activations' scales, [group][12 rows].</summary>
    public float* D;

    /// <summary>The scales times the groups' sums, [group][12 rows], for minimums.</summary>
    public float* DSums;

    /// <summary>The chains, [panel][12 rows][16 outputs].</summary>
    public float* Y;

    /// <summary><see cref="TilePanel.RingBytes"/> that the code may write, 64-byte aligned.</summary>
    public int* Ring;

    /// <summary>Groups of 32 inputs: a multiple of 4, at least 4.</summary>
    public long Groups;
}
