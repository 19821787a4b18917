using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Blocks;

/// <summary>Pieces the unpackers share.</summary>
internal static unsafe class VectorBlocks
{
    private static Vector256<byte> LowNibbles => Vector256.Create((byte)15);

    /// <summary>16 bytes of nibbles: low ones first, then high ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> Nibbles(byte* bytes)
    {
        var low = Vector128.Load(bytes);
        var both = Vector256.Create(low, Sse2.ShiftRightLogical(low.AsUInt16(), 4).AsByte());
        return both & LowNibbles;
    }

    /// <summary>Bits <paramref name="shift"/> and up of 32 bytes, masked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> Bits(byte* bytes, int shift, byte mask) =>
        Avx2.ShiftRightLogical(Vector256.Load(bytes).AsUInt16(), Vector128.CreateScalar((ushort)shift)).AsByte() & Vector256.Create(mask);

    /// <summary>32 bits as bytes of 0 or <paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> Spread(byte* bits, byte value)
    {
        var all = Vector256.Create(Unsafe.ReadUnaligned<uint>(bits)).AsByte();
        var each = Avx2.Shuffle(
            all,
            Vector256.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3));
        var bit = Vector256.Create(0x8040201008040201UL).AsByte();
        return Vector256.Equals(each & bit, bit) & Vector256.Create(value);
    }

    /// <summary>Table lookup by 32 indices of 0 to 15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<sbyte> Look(ReadOnlySpan<sbyte> table, Vector256<byte> indices)
    {
        var half = Vector128.Create(table);
        return Avx2.Shuffle(Vector256.Create(half, half).AsByte(), indices).AsSByte();
    }
}

internal readonly unsafe struct Q8_0Block : IVectorBlock
{
    public static TensorType Type => TensorType.Q8_0;

    public static bool SimpleScale => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk) => Vector256.Load((sbyte*)block + 2);
}

internal readonly unsafe struct Q4_0Block : IVectorBlock
{
    public static TensorType Type => TensorType.Q4_0;

    public static bool SimpleScale => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk) => VectorBlocks.Nibbles(block + 2).AsSByte() - Vector256.Create((sbyte)8);
}

internal readonly unsafe struct Q4_1Block : IVectorBlock
{
    public static TensorType Type => TensorType.Q4_1;

    public static bool SimpleScale => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk) => VectorBlocks.Nibbles(block + 4).AsSByte();
}

internal readonly unsafe struct Q5_0Block : IVectorBlock
{
    public static TensorType Type => TensorType.Q5_0;

    public static bool SimpleScale => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk) =>
        (VectorBlocks.Nibbles(block + 6) | VectorBlocks.Spread(block + 2, 16)).AsSByte() - Vector256.Create((sbyte)16);
}

internal readonly unsafe struct Q5_1Block : IVectorBlock
{
    public static TensorType Type => TensorType.Q5_1;

    public static bool SimpleScale => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk) =>
        (VectorBlocks.Nibbles(block + 8) | VectorBlocks.Spread(block + 4, 16)).AsSByte();
}

internal readonly unsafe struct IQ4_NLBlock : IVectorBlock
{
    public static TensorType Type => TensorType.IQ4_NL;

    public static bool SimpleScale => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk) => VectorBlocks.Look(ScalarBlocks.NonLinear, VectorBlocks.Nibbles(block + 2));
}

internal readonly unsafe struct MXFP4Block : IVectorBlock
{
    public static TensorType Type => TensorType.MXFP4;

    public static bool SimpleScale => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk) => VectorBlocks.Look(ScalarBlocks.E2M1, VectorBlocks.Nibbles(block + 1));
}

internal readonly unsafe struct IQ4_XSBlock : IVectorBlock
{
    public static TensorType Type => TensorType.IQ4_XS;

    public static bool SimpleScale => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk) =>
        VectorBlocks.Look(ScalarBlocks.NonLinear, VectorBlocks.Nibbles(block + 8 + 16 * chunk));
}

internal readonly unsafe struct Q4_KBlock : IVectorBlock
{
    public static TensorType Type => TensorType.Q4_K;

    public static bool SimpleScale => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk) =>
        VectorBlocks.Bits(block + 16 + 32 * (chunk >> 1), 4 * (chunk & 1), 15).AsSByte();
}

internal readonly unsafe struct Q5_KBlock : IVectorBlock
{
    public static TensorType Type => TensorType.Q5_K;

    public static bool SimpleScale => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk)
    {
        var high = VectorBlocks.Bits(block + 16, chunk, 1);
        return (VectorBlocks.Bits(block + 48 + 32 * (chunk >> 1), 4 * (chunk & 1), 15) | Avx2.ShiftLeftLogical(high.AsUInt16(), 4).AsByte()).AsSByte();
    }
}

internal readonly unsafe struct Q6_KBlock : IVectorBlock
{
    public static TensorType Type => TensorType.Q6_K;

    public static bool SimpleScale => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk)
    {
        var (half, quarter) = (chunk >> 2, chunk & 3);
        var low = VectorBlocks.Bits(block + 64 * half + 32 * (quarter & 1), 4 * (quarter >> 1), 15);
        var high = VectorBlocks.Bits(block + 128 + 32 * half, 2 * quarter, 3);
        return (low | Avx2.ShiftLeftLogical(high.AsUInt16(), 4).AsByte()).AsSByte() - Vector256.Create((sbyte)32);
    }
}

internal readonly unsafe struct Q2_KBlock : IVectorBlock
{
    public static TensorType Type => TensorType.Q2_K;

    public static bool SimpleScale => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk) =>
        VectorBlocks.Bits(block + 16 + 32 * (chunk >> 2), 2 * (chunk & 3), 3).AsSByte();
}

internal readonly unsafe struct Q3_KBlock : IVectorBlock
{
    public static TensorType Type => TensorType.Q3_K;

    public static bool SimpleScale => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Values(byte* block, int chunk)
    {
        var low = VectorBlocks.Bits(block + 32 + 32 * (chunk >> 2), 2 * (chunk & 3), 3);
        // The mask's bit says that 4 is not taken away.
        var kept = Avx2.ShiftLeftLogical(VectorBlocks.Bits(block, chunk, 1).AsUInt16(), 2).AsByte();
        return (low | kept).AsSByte() - Vector256.Create((sbyte)4);
    }
}
