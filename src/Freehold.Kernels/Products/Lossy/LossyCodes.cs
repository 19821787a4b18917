using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Reads the values of one <see cref="LossyKind"/>, eight outputs (half a panel) at a time.</summary>
internal unsafe interface ILossyCodes
{
    /// <summary>Bytes of a block of 64 inputs.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>The int8 values of quad steps j and j + 4 (j below 4) of a group of 32 inputs.</summary>
    static abstract void Steps(byte* block, int group, int half, int j, out Vector256<byte> first, out Vector256<byte> second);

    /// <summary>Adds a group's products with one row of int8 to the sums of eight outputs. <paramref name="asum"/> is the sum of the row's 32 values.</summary>
    static abstract Vector256<int> AddGroup(Vector256<int> sum, byte* block, int group, int half, int* q, int asum);
}

/// <summary>Values as they are.</summary>
internal readonly unsafe struct W8Codes : ILossyCodes
{
    public static int BlockBytes => 1024;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(byte* block, int group, int half, int j, out Vector256<byte> first, out Vector256<byte> second)
    {
        var at = block + group * 512 + half * 32 + j * 64;
        first = Vector256.Load(at);
        second = Vector256.Load(at + 256);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddGroup(Vector256<int> sum, byte* block, int group, int half, int* q, int asum)
    {
        var at = block + group * 512 + half * 32;
        sum = Add(Add(sum, at, q[0]), at + 64, q[1]);
        sum = Add(Add(sum, at + 128, q[2]), at + 192, q[3]);
        sum = Add(Add(sum, at + 256, q[4]), at + 320, q[5]);
        return Add(Add(sum, at + 384, q[6]), at + 448, q[7]);
    }

    // Magnitudes times activations of the weights' signs: two products of at most 127 * 127 fit an int16.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Add(Vector256<int> sum, byte* at, int q)
    {
        var w = Vector256.Load((sbyte*)at);
        return sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Avx2.Abs(w), Avx2.Sign(Vector256.Create(q).AsSByte(), w)), Vector256<short>.One);
    }
}

/// <summary>Codes of 4 bits with a multiplier and a base for 32 inputs.</summary>
internal readonly unsafe struct W4Codes : ILossyCodes
{
    public static int BlockBytes => 576;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(byte* block, int group, int half, int j, out Vector256<byte> first, out Vector256<byte> second)
    {
        // Two codes times their multiplier are one 16-bit product: the lower one is at most 15 * 17, so nothing is carried over.
        var multiplier = Multiplier(block, group, half);
        var bases = Bases(block, group, half);
        var codes = Vector256.Load(block + LossyFormat.MultiplierBytes + group * 256 + half * 32 + j * 64);
        var mask = Vector256.Create((byte)15);
        first = Avx2.MultiplyLow((codes & mask).AsInt16(), multiplier).AsByte() + bases;
        second = Avx2.MultiplyLow((Avx2.ShiftRightLogical(codes.AsInt16(), 4).AsByte() & mask).AsInt16(), multiplier).AsByte() + bases;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddGroup(Vector256<int> sum, byte* block, int group, int half, int* q, int asum)
    {
        // The multiplier comes after the sum: sum of (m * code + b) * q = m * sum of code * q + b * sum of q, and the first sum fits an int16 (8 * 2 * 15 * 127).
        var at = block + LossyFormat.MultiplierBytes + group * 256 + half * 32;
        var shorts = Two(at, q[0], q[4]) + Two(at + 64, q[1], q[5]) + (Two(at + 128, q[2], q[6]) + Two(at + 192, q[3], q[7]));
        var bases = Avx2.ConvertToVector256Int32((sbyte*)(block + group * 32 + 16 + half * 8)).AsInt16();
        return sum + Avx2.MultiplyAddAdjacent(shorts, Multiplier(block, group, half)) + Avx2.MultiplyAddAdjacent(bases, Vector256.Create(asum & 0xFFFF).AsInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Two(byte* at, int low, int high)
    {
        var codes = Vector256.Load(at);
        var mask = Vector256.Create((byte)15);
        return Avx2.MultiplyAddAdjacent(codes & mask, Vector256.Create(low).AsSByte())
            + Avx2.MultiplyAddAdjacent(Avx2.ShiftRightLogical(codes.AsInt16(), 4).AsByte() & mask, Vector256.Create(high).AsSByte());
    }

    /// <summary>Eight multipliers, each in both words of its lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<short> Multiplier(byte* block, int group, int half)
    {
        var lanes = Avx2.ConvertToVector256Int32(block + group * 32 + half * 8);
        return (lanes | lanes << 16).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Bases(byte* block, int group, int half)
    {
        var lanes = Avx2.ConvertToVector256Int32(block + group * 32 + 16 + half * 8);
        return Avx2.Shuffle(lanes.AsByte(), Vector256.Create((byte)0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12, 0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
    }
}
