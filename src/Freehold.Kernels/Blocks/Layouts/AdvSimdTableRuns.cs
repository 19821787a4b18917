using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Freehold.Kernels.Blocks.Layouts;

/// <summary>Values of <see cref="IQ4_NLLayout"/>.</summary>
internal readonly unsafe struct IQ4_NLRun : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high) =>
        NonLinear(block + 2, out low, out high);

    /// <summary>16 bytes of nibbles that index the table of <see cref="ScalarBlocks.NonLinear"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void NonLinear(byte* p, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        var table = Vector128.Create(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);
        AdvSimdBits.Nibbles(p, out var l, out var h);
        low = AdvSimdBits.Lookup(table, l);
        high = AdvSimdBits.Lookup(table, h);
    }
}

/// <summary>Values of <see cref="IQ4_XSLayout"/>.</summary>
internal readonly unsafe struct IQ4_XSRun : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high) =>
        IQ4_NLRun.NonLinear(block + 8 + 16 * run, out low, out high);
}

/// <summary>Values of <see cref="MXFP4Layout"/>: those of <see cref="ScalarBlocks.E2M1"/>.</summary>
internal readonly unsafe struct MXFP4Run : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        var table = Vector128.Create(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);
        AdvSimdBits.Nibbles(block + 1, out var l, out var h);
        low = AdvSimdBits.Lookup(table, l);
        high = AdvSimdBits.Lookup(table, h);
    }
}
