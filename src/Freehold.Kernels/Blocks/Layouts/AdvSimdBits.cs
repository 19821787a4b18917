using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Freehold.Kernels.Blocks.Layouts;

/// <summary>The bit manipulations that formats share, for Arm64.</summary>
internal static unsafe class AdvSimdBits
{
    /// <summary>16 bytes to their low nibbles and their high ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Nibbles(byte* p, out Vector128<byte> low, out Vector128<byte> high)
    {
        var both = Vector128.Load(p);
        low = both & Vector128.Create((byte)15);
        high = AdvSimd.ShiftRightLogical(both, 4);
    }

    /// <summary>32 bytes shifted right by <paramref name="count"/> bits, only <paramref name="mask"/> kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Field(byte* p, int count, byte mask, out Vector128<byte> low, out Vector128<byte> high)
    {
        // A shift to the left by a negative count is one to the right.
        var by = Vector128.Create((sbyte)-count);
        var keep = Vector128.Create(mask);
        low = AdvSimd.ShiftLogical(Vector128.Load(p), by) & keep;
        high = AdvSimd.ShiftLogical(Vector128.Load(p + 16), by) & keep;
    }

    /// <summary>16 bits to 16 bytes of 0 or 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> FifthBits(byte* p) =>
        AdvSimd.CompareTest(
            Vector128.Create(Vector64.Create(p[0]), Vector64.Create(p[1])), Vector128.Create(0x8040201008040201UL).AsByte())
        & Vector128.Create((byte)16);

    /// <summary>Each unsigned byte less <paramref name="offset"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<sbyte> Less(Vector128<byte> values, byte offset) => (values - Vector128.Create(offset)).AsSByte();

    /// <summary>The entries of a table of 16 that 16 nibbles name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<sbyte> Lookup(Vector128<sbyte> table, Vector128<byte> nibbles) =>
        AdvSimd.Arm64.VectorTableLookup(table, nibbles.AsSByte());
}
