using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Freehold.Kernels.Blocks.Layouts;

/// <summary>Values of <see cref="Q2_KLayout"/>.</summary>
internal readonly unsafe struct Q2_KRun : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        AdvSimdBits.Field(block + 16 + 32 * (run >> 2), 2 * (run & 3), 3, out var l, out var h);
        low = l.AsSByte();
        high = h.AsSByte();
    }
}

/// <summary>Values of <see cref="Q3_KLayout"/>.</summary>
internal readonly unsafe struct Q3_KRun : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        AdvSimdBits.Field(block + 32 + 32 * (run >> 2), 2 * (run & 3), 3, out var l, out var h);
        AdvSimdBits.Field(block, run, 1, out var lowThird, out var highThird);
        low = AdvSimdBits.Less(l | lowThird << 2, 4);
        high = AdvSimdBits.Less(h | highThird << 2, 4);
    }
}

/// <summary>Values of <see cref="Q4_KLayout"/>.</summary>
internal readonly unsafe struct Q4_KRun : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        AdvSimdBits.Field(block + 16 + 32 * (run >> 1), 4 * (run & 1), 15, out var l, out var h);
        low = l.AsSByte();
        high = h.AsSByte();
    }
}

/// <summary>Values of <see cref="Q5_KLayout"/>.</summary>
internal readonly unsafe struct Q5_KRun : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        AdvSimdBits.Field(block + 48 + 32 * (run >> 1), 4 * (run & 1), 15, out var l, out var h);
        AdvSimdBits.Field(block + 16, run, 1, out var lowFifth, out var highFifth);
        low = (l | lowFifth << 4).AsSByte();
        high = (h | highFifth << 4).AsSByte();
    }
}

/// <summary>Values of <see cref="Q6_KLayout"/>.</summary>
internal readonly unsafe struct Q6_KRun : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        AdvSimdBits.Field(block + 64 * (run >> 2) + 32 * (run & 1), 2 * (run & 2), 15, out var l, out var h);
        AdvSimdBits.Field(block + 128 + 32 * (run >> 2), 2 * (run & 3), 3, out var lowTop, out var highTop);
        low = AdvSimdBits.Less(l | lowTop << 4, 32);
        high = AdvSimdBits.Less(h | highTop << 4, 32);
    }
}
