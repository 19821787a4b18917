using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>What the code for a panel depends on.</summary>
/// <param name="Quads">Unsigned bytes by int8 activations, or else int16 by int16.</param>
/// <param name="Halves">Whether a group of 32 has two scales.</param>
/// <param name="Minimum">Whether each scale has a minimum term.</param>
/// <param name="Offset">What unsigned bytes are too large by; 0 to 128.</param>
internal readonly record struct PanelShape(bool Quads, bool Halves, bool Minimum, int Offset);

/// <summary>A stretch of a panel (<see cref="Products.PanelPacker"/>) and a tile of up to eight rows (<see cref="Products.ActivationRows"/>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PanelCall
{
    /// <summary>[group][8 steps][32 outputs][4 bytes], or [group][16 steps][32 outputs][2 int16].</summary>
    public byte* Panel;

    /// <summary>[group or half][32 outputs].</summary>
    public float* Scale;

    /// <summary>As <see cref="Scale"/>, where the type has minimums.</summary>
    public float* Minimum;

    /// <summary>[group][8 steps][8 rows][4 bytes], or [group][16 steps][8 rows][2 int16].</summary>
    public byte* Q;

    /// <summary>Activations' scales, [group][8 rows].</summary>
    public float* D;

    /// <summary>Activations' sums, [group][low half, high half, both][8 rows].</summary>
    public int* Sums;

    /// <summary>The scale times those sums.</summary>
    public float* DSums;

    /// <summary>The chains, [row][32 outputs].</summary>
    public float* Y;

    /// <summary>32 bytes that the code may write, 32-byte aligned.</summary>
    public int* Starts;

    /// <summary>Groups of 32 inputs, at least 1.</summary>
    public long Groups;
}
