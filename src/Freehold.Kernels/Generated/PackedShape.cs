using System.Runtime.InteropServices;

namespace Freehold.Kernels.Generated;

/// <summary>How the values of a run lie in a panel (<see cref="Products.Packed.PackedFormat"/>), and what a code stands for.</summary>
internal enum PackedValues
{
    /// <summary>Signed bytes.</summary>
    Bytes,

    /// <summary>Nibbles as they are.</summary>
    Nibbles,

    /// <summary>Nibbles that index MXFP4's values, doubled and made unsigned by 12.</summary>
    E2M1,

    /// <summary>Nibbles that index the values of IQ4_NL and IQ4_XS, made unsigned by 128.</summary>
    NonLinear,

    /// <summary>Nibbles and a plane of fifth bits.</summary>
    FiveBits,

    /// <summary>Nibbles and a plane of the two bits above.</summary>
    SixBits,

    /// <summary>Fields of two bits.</summary>
    TwoBits,

    /// <summary>Fields of two bits and a plane of third bits.</summary>
    ThreeBits,
}

/// <summary>How the scales of a block lie in a panel.</summary>
internal enum PackedScales
{
    /// <summary>[16] f16, then minimums likewise where there are some.</summary>
    Half,

    /// <summary>[16] E8M0, halved as doubled values want it.</summary>
    E8M0,

    /// <summary>[16] f16 (and minimums' [16] f16), then [group][16] signed bytes (and minimums' [group][16] unsigned ones), which they are multiplied by.</summary>
    Super,
}

/// <summary>What the code for packed panels of sixteen outputs depends on.</summary>
/// <param name="Values">How values lie.</param>
/// <param name="Scales">How scales lie.</param>
/// <param name="Halves">Whether a group of 32 has two scales.</param>
/// <param name="Minimum">Whether each scale has a minimum term: added as it is, or with <see cref="PackedScales.Super"/> subtracted.</param>
/// <param name="Offset">What unsigned values are too large by: 128 for signed bytes, which the code makes unsigned; else the type's.</param>
/// <param name="Ahead">How many groups ahead of their use memory is asked for; 0 for never.</param>
/// <param name="Words">Whether activations are int16, a group's even ones before its odd ones, or else int8 in order.</param>
internal readonly record struct PackedShape(PackedValues Values, PackedScales Scales, bool Halves, bool Minimum, int Offset, int Ahead, bool Words = false)
{
    /// <summary>Scales of a group of 32 inputs.</summary>
    internal int Units => Halves ? 2 : 1;

    /// <summary>Groups of a block.</summary>
    internal int BlockGroups => Scales == PackedScales.Super ? 8 : 1;

    /// <summary>Bytes of a group's values in a panel.</summary>
    internal int ValueBytes => 64 * Values switch
    {
        PackedValues.Bytes => 8,
        PackedValues.SixBits => 6,
        PackedValues.FiveBits => 5,
        PackedValues.ThreeBits => 3,
        PackedValues.TwoBits => 2,
        _ => 4,
    };

    /// <summary>Bytes of the f16 before a block's scale bytes.</summary>
    internal int HeadBytes => Scales == PackedScales.Super ? Minimum ? 64 : 32 : 0;

    /// <summary>Bytes of a block's scale bytes, and as many of its minimums.</summary>
    internal int ByteScales => Scales == PackedScales.Super ? BlockGroups * Units * 16 : 0;

    /// <summary>Bytes of a block's scales in a panel.</summary>
    internal int ScaleBytes => Scales switch
    {
        PackedScales.E8M0 => 16,
        PackedScales.Half => Minimum ? 64 : 32,
        _ => HeadBytes + (Minimum ? 2 : 1) * ByteScales,
    };
}

/// <summary>One, two or four packed panels of sixteen outputs, and some rows of activations as they lie in <see cref="Products.ActivationRows"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PackedCall
{
    /// <summary>The panels, as <see cref="Products.Packed.PackedFormat"/> draws them.</summary>
    public byte* Panel0, Panel1, Panel2, Panel3;

    /// <summary>Where a panel's values begin.</summary>
    public long ValuesAt;

    /// <summary>[row][group][32] of int8, or [row][group][2][16] of int16.</summary>
    public void* Q;

    /// <summary>[row][group].</summary>
    public float* D;

    /// <summary>[row][group][low half, high half].</summary>
    public int* Sums;

    /// <summary><see cref="VnniPacked.WorkBytes"/> that the code may write, 64-byte aligned; takes the chains, [row][panel][16 outputs].</summary>
    public float* Y;

    /// <summary>Groups of 32 inputs, at least 1, in whole blocks.</summary>
    public long Groups;
}
