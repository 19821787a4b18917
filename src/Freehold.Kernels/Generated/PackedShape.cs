using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>What the code for packed panels of sixteen outputs depends on.</summary>
/// <param name="Bits">8 (signed bytes) or 4 (unsigned nibbles).</param>
/// <param name="Offset">What unsigned values are too large by: 128 for signed bytes, which the code makes unsigned; else the type's.</param>
/// <param name="Minimum">Whether each scale has a minimum term after it.</param>
/// <param name="Ahead">How many groups ahead of their use memory is asked for; 0 for never.</param>
internal readonly record struct PackedShape(int Bits, int Offset, bool Minimum, int Ahead)
{
    /// <summary>Bytes of a group's values in a panel.</summary>
    internal int ValueBytes => Bits * 64;

    /// <summary>Bytes of a group's scales in a panel.</summary>
    internal int ScaleBytes => Minimum ? 64 : 32;
}

/// <summary>One, two or four packed panels of sixteen outputs, and one to four rows of int8 activations as they lie in <see cref="Products.ActivationRows"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PackedCall
{
    /// <summary>
    /// The panels: scales [group][16] f16 (with a minimum: [group] scales [16], minimums [16]), at <see cref="ValuesAt"/> values [group] of
    /// [8 steps][16 outputs][4 bytes], or of [4 vectors][16 outputs][4 bytes] whose low nibbles are step j and whose high ones are step j + 4.
    /// </summary>
    public byte* Panel0, Panel1, Panel2, Panel3;

    /// <summary>Where a panel's values begin.</summary>
    public long ValuesAt;

    /// <summary>[row][group][32].</summary>
    public sbyte* Q;

    /// <summary>[row][group].</summary>
    public float* D;

    /// <summary>[row][group][low half, high half].</summary>
    public int* Sums;

    /// <summary>Takes the chains, [row][panel][16 outputs].</summary>
    public float* Y;

    /// <summary>Groups of 32 inputs, at least 1.</summary>
    public long Groups;
}
