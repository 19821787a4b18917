using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Freehold.Kernels.Blocks.Layouts;

/// <summary>Values of <see cref="Q4_0Layout"/>.</summary>
internal readonly unsafe struct Q4_0Run : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        AdvSimdBits.Nibbles(block + 2, out var l, out var h);
        low = AdvSimdBits.Less(l, 8);
        high = AdvSimdBits.Less(h, 8);
    }
}

/// <summary>Values of <see cref="Q4_1Layout"/>.</summary>
internal readonly unsafe struct Q4_1Run : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        AdvSimdBits.Nibbles(block + 4, out var l, out var h);
        low = l.AsSByte();
        high = h.AsSByte();
    }
}

/// <summary>Values of <see cref="Q5_0Layout"/>.</summary>
internal readonly unsafe struct Q5_0Run : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        AdvSimdBits.Nibbles(block + 6, out var l, out var h);
        low = AdvSimdBits.Less(l | AdvSimdBits.FifthBits(block + 2), 16);
        high = AdvSimdBits.Less(h | AdvSimdBits.FifthBits(block + 4), 16);
    }
}

/// <summary>Values of <see cref="Q5_1Layout"/>.</summary>
internal readonly unsafe struct Q5_1Run : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        AdvSimdBits.Nibbles(block + 8, out var l, out var h);
        low = (l | AdvSimdBits.FifthBits(block + 4)).AsSByte();
        high = (h | AdvSimdBits.FifthBits(block + 6)).AsSByte();
    }
}

/// <summary>Values of <see cref="Q8_0Layout"/>.</summary>
internal readonly unsafe struct Q8_0Run : IAdvSimdRun
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values(byte* block, int run, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        low = Vector128.Load((sbyte*)block + 2);
        high = Vector128.Load((sbyte*)block + 18);
    }
}
