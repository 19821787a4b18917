using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Reads the values of one <see cref="LossyKind"/>, eight outputs (half a panel) at a time.</summary>
internal unsafe interface ILossyCodes
{
    /// <summary>How they lie.</summary>
    static abstract LossyFormat Format { get; }

    /// <summary>Writes the int8 values of a group of 32 inputs: quad step s of eight outputs at <paramref name="to"/> + 32 * s.</summary>
    static abstract void Unpack(byte* block, int group, int half, byte* to);

    /// <summary>Adds a group's products with one row of int8 to the sums of eight outputs.</summary>
    static abstract Vector256<int> AddGroup(Vector256<int> sum, byte* block, int group, int half, int* q);
}

/// <summary>Values as they are.</summary>
internal readonly unsafe struct W8Codes : ILossyCodes
{
    public static LossyFormat Format
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(LossyKind.W8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack(byte* block, int group, int half, byte* to)
    {
        var at = block + group * 512 + half * 32;
        for (var step = 0; step < 8; step++)
            Vector256.Load(at + step * 64).Store(to + step * 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddGroup(Vector256<int> sum, byte* block, int group, int half, int* q)
    {
        var at = (sbyte*)block + group * 512 + half * 32;
        sum = Add(sum, Vector256.Load(at), q[0]);
        sum = Add(sum, Vector256.Load(at + 64), q[1]);
        sum = Add(sum, Vector256.Load(at + 128), q[2]);
        sum = Add(sum, Vector256.Load(at + 192), q[3]);
        sum = Add(sum, Vector256.Load(at + 256), q[4]);
        sum = Add(sum, Vector256.Load(at + 320), q[5]);
        sum = Add(sum, Vector256.Load(at + 384), q[6]);
        return Add(sum, Vector256.Load(at + 448), q[7]);
    }

    /// <summary>One quad step: magnitudes times activations of the weights' signs. Two products of at most 128 * 127 fit an int16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Add(Vector256<int> sum, Vector256<sbyte> w, int q) =>
        sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Avx2.Abs(w), Avx2.Sign(Vector256.Create(q).AsSByte(), w)), Vector256<short>.One);
}

/// <summary>Codes of 4 bits with a multiplier and a base for 32 inputs.</summary>
internal readonly unsafe struct W4Codes : ILossyCodes
{
    public static LossyFormat Format
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(LossyKind.W4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack(byte* block, int group, int half, byte* to)
    {
        Grids(block, group, half, out var even, out var odd, out var bases);
        var at = block + LossyFormat.MultiplierBytes + group * 256 + half * 32;
        for (var j = 0; j < 4; j++)
        {
            var codes = Vector256.Load(at + j * 64);
            Levels(Low(codes), even, odd, bases).Store(to + j * 32);
            Levels(High(codes), even, odd, bases).Store(to + (j + 4) * 32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddGroup(Vector256<int> sum, byte* block, int group, int half, int* q)
    {
        Grids(block, group, half, out var even, out var odd, out var bases);
        var at = block + LossyFormat.MultiplierBytes + group * 256 + half * 32;
        var codes = Vector256.Load(at);
        sum = W8Codes.Add(sum, Levels(Low(codes), even, odd, bases).AsSByte(), q[0]);
        sum = W8Codes.Add(sum, Levels(High(codes), even, odd, bases).AsSByte(), q[4]);
        codes = Vector256.Load(at + 64);
        sum = W8Codes.Add(sum, Levels(Low(codes), even, odd, bases).AsSByte(), q[1]);
        sum = W8Codes.Add(sum, Levels(High(codes), even, odd, bases).AsSByte(), q[5]);
        codes = Vector256.Load(at + 128);
        sum = W8Codes.Add(sum, Levels(Low(codes), even, odd, bases).AsSByte(), q[2]);
        sum = W8Codes.Add(sum, Levels(High(codes), even, odd, bases).AsSByte(), q[6]);
        codes = Vector256.Load(at + 192);
        sum = W8Codes.Add(sum, Levels(Low(codes), even, odd, bases).AsSByte(), q[3]);
        return W8Codes.Add(sum, Levels(High(codes), even, odd, bases).AsSByte(), q[7]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Low(Vector256<byte> codes) => (codes & Vector256.Create((byte)15)).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> High(Vector256<byte> codes) => (Avx2.ShiftRightLogical(codes.AsInt16(), 4).AsByte() & Vector256.Create((byte)15)).AsSByte();

    /// <summary>
    /// (multiplier * code >> 4) + base. Products of the even codes and of the odd ones are words, since their neighbours' multipliers are 0; each is shifted to where
    /// its byte is, and bytes wrap.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Levels(Vector256<sbyte> codes, Vector256<byte> even, Vector256<byte> odd, Vector256<byte> bases)
    {
        var low = Avx2.ShiftRightLogical(Avx2.MultiplyAddAdjacent(even, codes), 4);
        var high = Avx2.ShiftLeftLogical(Avx2.MultiplyAddAdjacent(odd, codes), 4) & Vector256.Create(unchecked((short)0xFF00));
        return (low | high).AsByte() + bases;
    }

    /// <summary>The multipliers of eight outputs for even and for odd codes, and the bases.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Grids(byte* block, int group, int half, out Vector256<byte> even, out Vector256<byte> odd, out Vector256<byte> bases)
    {
        var words = Avx2.ConvertToVector256Int32(block + group * 32 + half * 8);
        words |= words << 16;
        even = words.AsByte();
        odd = (words << 8).AsByte();
        bases = Avx2.Shuffle(
            Avx2.ConvertToVector256Int32(block + group * 32 + 16 + half * 8).AsByte(),
            Vector256.Create((byte)0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12, 0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
    }
}
