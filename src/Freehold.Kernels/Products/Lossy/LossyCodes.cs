using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Reads the values of one <see cref="LossyKind"/>, eight outputs (half a panel) at a time.</summary>
internal unsafe interface ILossyCodes
{
    /// <summary>Bytes of a block of 64 inputs.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>Inputs that share an activation scale.</summary>
    static abstract int Slice { get; }

    /// <summary>The int8 values of quad steps j and j + 4 (j below 4) of a group of 32 inputs.</summary>
    static abstract void Steps(byte* block, int group, int half, int j, out Vector256<byte> first, out Vector256<byte> second);

    /// <summary>Adds a group's products with one row of int8 to the sums of eight outputs. <paramref name="asum"/> is the sum of the row's 32 values.</summary>
    static abstract Vector256<int> AddGroup(Vector256<int> sum, byte* block, int group, int half, int* q, int asum);
}

/// <summary>Values as they are.</summary>
internal readonly unsafe struct W8Codes : ILossyCodes
{
    public static int BlockBytes => 1024;

    public static int Slice { get; } = int.Parse(Environment.GetEnvironmentVariable("EXP8") ?? "512");

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
        var at = (sbyte*)block + group * 512 + half * 32;
        for (var step = 0; step < 8; step++)
            sum = Add(sum, Vector256.Load(at + step * 64), q[step]);
        return sum;
    }

    // Magnitudes times activations of the weights' signs: two products of at most 127 * 127 fit an int16.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Add(Vector256<int> sum, Vector256<sbyte> w, int q) =>
        sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Avx2.Abs(w).AsByte(), Avx2.Sign(Vector256.Create(q).AsSByte(), w)), Vector256<short>.One);
}

/// <summary>Codes of 4 bits with a multiplier and a base for 32 inputs.</summary>
internal readonly unsafe struct W4Codes : ILossyCodes
{
    public static int BlockBytes => 576;

    public static int Slice { get; } = int.Parse(Environment.GetEnvironmentVariable("EXP4") ?? "256");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(byte* block, int group, int half, int j, out Vector256<byte> first, out Vector256<byte> second)
    {
        var multipliers = Spread(block + group * 32 + half * 8);
        var bases = Spread(block + group * 32 + 16 + half * 8);
        var codes = Vector256.Load(block + LossyFormat.MultiplierBytes + group * 256 + half * 32 + j * 64);
        var mask = Vector256.Create((byte)15);
        first = Level(codes & mask, multipliers, bases);
        second = Level(Avx2.ShiftRightLogical(codes.AsInt16(), 4).AsByte() & mask, multipliers, bases);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddGroup(Vector256<int> sum, byte* block, int group, int half, int* q, int asum)
    {
        for (var j = 0; j < 4; j++)
        {
            Steps(block, group, half, j, out var first, out var second);
            sum = W8Codes.Add(W8Codes.Add(sum, first.AsSByte(), q[j]), second.AsSByte(), q[j + 4]);
        }
        return sum;
    }

    /// <summary>(multiplier * code >> 4) + base: products of the even codes and of the odd ones as words, each shifted to where its byte is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Level(Vector256<byte> codes, Vector256<byte> multipliers, Vector256<byte> bases)
    {
        var low = Vector256.Create((short)0x00FF);
        var even = Avx2.MultiplyAddAdjacent(multipliers & low.AsByte(), codes.AsSByte());
        var odd = Avx2.MultiplyAddAdjacent(Avx2.AndNot(low.AsByte(), multipliers), codes.AsSByte());
        return (Avx2.ShiftRightLogical(even, 4) | Avx2.AndNot(low, Avx2.ShiftLeftLogical(odd, 4))).AsByte() + bases;
    }

    /// <summary>Eight bytes, each four times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Spread(byte* eight) => Avx2.Shuffle(
        Avx2.ConvertToVector256Int32(eight).AsByte(),
        Vector256.Create((byte)0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12, 0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
}
