using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Blocks.Layouts;

/// <summary>The bit manipulations that formats share.</summary>
internal static unsafe class Nibbles
{
    /// <summary>16 bytes to 32: low nibbles first, then high nibbles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> LowThenHigh(byte* p)
    {
        var twice = Avx.BroadcastVector128ToVector256((float*)p).AsUInt64();
        return Avx2.ShiftRightLogicalVariable(twice, Vector256.Create(0UL, 0, 4, 4)).AsByte() & Vector256.Create((byte)15);
    }

    /// <summary>32 bytes shifted right by <paramref name="count"/> bits, only <paramref name="mask"/> kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> Field(byte* p, int count, byte mask) =>
        Avx2.ShiftRightLogical(Vector256.Load(p).AsUInt16(), Vector128.CreateScalarUnsafe(count).AsUInt16()).AsByte() & Vector256.Create(mask);

    /// <summary>32 bits to 32 bytes of 0 or 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> FifthBits(byte* p)
    {
        var spread = Avx2.Shuffle(
            Vector256.Create(*(uint*)p).AsByte(),
            Vector256.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3));
        var bit = Vector256.Create(0x8040201008040201UL).AsByte();
        return Vector256.Equals(spread & bit, bit) & Vector256.Create((byte)16);
    }

    /// <summary>Eight nibbles to eight bytes, lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Spread4(ulong x)
    {
        x = (x | x << 16) & 0x0000FFFF0000FFFF;
        x = (x | x << 8) & 0x00FF00FF00FF00FF;
        return (x | x << 4) & 0x0F0F0F0F0F0F0F0F;
    }

    /// <summary>Eight 2-bit fields to eight bytes, lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Spread2(ulong x)
    {
        x = (x | x << 24) & 0x000000FF000000FF;
        x = (x | x << 12) & 0x000F000F000F000F;
        return (x | x << 6) & 0x0303030303030303;
    }

    /// <summary>Takes 32 off each of eight bytes from 0 to 63.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Minus32(ulong x) => ((x | 0x8080808080808080) - 0x2020202020202020) ^ 0x8080808080808080;
}
