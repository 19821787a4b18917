using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Reads the values of one <see cref="LossyKind"/>, eight outputs (half a panel) at a time.</summary>
internal unsafe interface ILossyCodes
{
    /// <summary>How they lie.</summary>
    static abstract LossyFormat Format { get; }

    /// <summary>Writes the int8 values of a group of 32 inputs: quad step s of eight outputs at <paramref name="to"/> + <paramref name="further"/> * s.</summary>
    /// <param name="block">The block.</param>
    /// <param name="group">Which group of it.</param>
    /// <param name="half">Outputs 0 to 7, or 8 to 15.</param>
    /// <param name="flip">Bits of each byte to turn over: 0 leaves int8, 0x80 makes it unsigned by 128.</param>
    /// <param name="to">Takes them.</param>
    /// <param name="further">Bytes from step to step.</param>
    static abstract void Unpack(byte* block, int group, int half, Vector256<byte> flip, byte* to, int further);

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
    public static void Unpack(byte* block, int group, int half, Vector256<byte> flip, byte* to, int further)
    {
        var at = block + group * 512 + half * 32;
        for (var step = 0; step < 8; step++)
            (Vector256.Load(at + step * 64) ^ flip).Store(to + step * further);
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
    public static void Unpack(byte* block, int group, int half, Vector256<byte> flip, byte* to, int further)
    {
        Grids(block, group, half, out var multipliers, out var bases);
        // Turning the highest bit over is adding it.
        bases ^= flip;
        var at = block + LossyFormat.MultiplierBytes + group * 256 + half * 32;
        for (var j = 0; j < 4; j++)
        {
            var codes = Vector256.Load(at + j * 64);
            Levels(Low(codes), multipliers, bases).Store(to + j * further);
            Levels(codes, multipliers, bases).Store(to + (j + 4) * further);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddGroup(Vector256<int> sum, byte* block, int group, int half, int* q)
    {
        Grids(block, group, half, out var multipliers, out var bases);
        var at = block + LossyFormat.MultiplierBytes + group * 256 + half * 32;
        sum = AddSteps(sum, Vector256.Load(at), multipliers, bases, q);
        sum = AddSteps(sum, Vector256.Load(at + 64), multipliers, bases, q + 1);
        sum = AddSteps(sum, Vector256.Load(at + 128), multipliers, bases, q + 2);
        return AddSteps(sum, Vector256.Load(at + 192), multipliers, bases, q + 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> AddSteps(Vector256<int> sum, Vector256<byte> codes, Vector256<ushort> multipliers, Vector256<byte> bases, int* q)
    {
        sum = W8Codes.Add(sum, Levels(Low(codes), multipliers, bases).AsSByte(), q[0]);
        return W8Codes.Add(sum, Levels(codes, multipliers, bases).AsSByte(), q[4]);
    }

    /// <summary>Low nibbles where the high ones were; what is in the others' place does not count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Low(Vector256<byte> codes) => (codes.AsUInt16() << 4).AsByte();

    /// <summary>
    /// (multiplier * code >> 4) + base of the high nibbles. The upper half of a word's product with multiplier * 256 is, of 16 * code, the byte itself, and of 4,096 * code
    /// the byte in its place and four bits below; bytes wrap.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Levels(Vector256<byte> codes, Vector256<ushort> multipliers, Vector256<byte> bases)
    {
        var even = Avx2.MultiplyHigh(codes.AsUInt16() & Vector256.Create((ushort)0x00F0), multipliers);
        var odd = Avx2.MultiplyHigh(codes.AsUInt16() & Vector256.Create((ushort)0xF000), multipliers) & Vector256.Create((ushort)0xFF00);
        return (even | odd).AsByte() + bases;
    }

    /// <summary>The multipliers of eight outputs, times 256 in words, and the bases.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Grids(byte* block, int group, int half, out Vector256<ushort> multipliers, out Vector256<byte> bases)
    {
        var words = Avx2.ConvertToVector256Int32(block + group * 32 + half * 8);
        multipliers = (words << 8 | words << 24).AsUInt16();
        bases = Avx2.Shuffle(
            Avx2.ConvertToVector256Int32(block + group * 32 + 16 + half * 8).AsByte(),
            Vector256.Create((byte)0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12, 0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
    }
}
