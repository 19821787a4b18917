using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>What the code for a panel in AMX depends on.</summary>
/// <param name="Minimum">Whether each scale has a minimum term.</param>
/// <param name="Depth">How many groups the integer products are ahead of the floats that use them; 1 to 3.</param>
internal readonly record struct TileShape(bool Minimum, int Depth);

/// <summary>A stretch of a panel of signed bytes and a tile of sixteen rows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileCall
{
    /// <summary>[group][8 steps][32 outputs][4 signed bytes].</summary>
    public sbyte* Panel;

    /// <summary>[group][32 outputs].</summary>
    public float* Scale;

    /// <summary>As <see cref="Scale"/>, where the type has minimums.</summary>
    public float* Minimum;

    /// <summary>[group][16 rows][32].</summary>
    public sbyte* Q;

    /// <summary>Activations' scales, [group][16 rows].</summary>
    public float* D;

    /// <summary>The scales times the groups' sums, [group][16 rows], for minimums.</summary>
    public float* DSums;

    /// <summary>The chains, [16 rows][32 outputs].</summary>
    public float* Y;

    /// <summary>4 KiB that the code may write, 64-byte aligned.</summary>
    public int* Ring;

    /// <summary>Activations that the next call will read, to be asked for meanwhile; any address will do.</summary>
    public sbyte* Next;

    /// <summary>Groups of 32 inputs: a multiple of 4, at least 4.</summary>
    public long Groups;
}
