using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products.Packed;

/// <summary>How four bytes of weights meet four activations in each of eight lanes. Implemented by empty structs, so that the JIT folds what depends on the type.</summary>
internal interface IByteDot
{
    /// <summary>Whether activations are int16, even ones and odd ones apart (<see cref="ActivationRows.Q"/>), and the kernel widens weights for them; else they are bytes in order.</summary>
    static abstract bool TakesWords { get; }

    /// <summary>What the values that <see cref="Magnitudes"/> gives are too large by, in every product.</summary>
    static abstract int Offset<T>()
        where T : struct, IBlockLayout;

    /// <summary>Whether two steps' products are to be added as int16 before they join a sum (<see cref="AddTwo"/>), or each step's by itself.</summary>
    static abstract bool AddsTwo<T>()
        where T : struct, IBlockLayout;

    /// <summary>Values as the unsigned factor.</summary>
    static abstract Vector256<byte> Magnitudes<T>(Vector256<byte> values)
        where T : struct, IBlockLayout;

    /// <summary>Adds a step.</summary>
    static abstract Vector256<int> Add<T>(Vector256<int> sum, Vector256<byte> magnitudes, Vector256<byte> values, Vector256<sbyte> x)
        where T : struct, IBlockLayout;

    /// <summary>Adds two steps of unsigned values.</summary>
    static abstract Vector256<int> AddTwo(Vector256<int> sum, Vector256<byte> first, Vector256<sbyte> x, Vector256<byte> second, Vector256<sbyte> y);

    /// <summary>A sum of four steps of a half, or of eight of a group, as int32.</summary>
    static abstract Vector256<int> End<T>(Vector256<int> sum)
        where T : struct, IBlockLayout;
}

/// <summary>
/// AVX2 adds pairs of products as int16, saturating: unsigned values up to 15 stay there for eight steps of 2 * 15 * 127, those of halves up to 31 for four; up to 63 two steps are
/// added before they are widened. Signed values are magnitudes times activations of their signs, at most 2 * 128 * 127 = 32,512, widened at once.
/// </summary>
internal readonly struct Avx2Dot : IByteDot
{
    public static bool TakesWords => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Offset<T>()
        where T : struct, IBlockLayout => T.Signed ? 0 : T.Offset;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AddsTwo<T>()
        where T : struct, IBlockLayout => !T.Signed && !Shorts<T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Magnitudes<T>(Vector256<byte> values)
        where T : struct, IBlockLayout => T.Signed ? Avx2.Abs(values.AsSByte()) : values;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add<T>(Vector256<int> sum, Vector256<byte> magnitudes, Vector256<byte> values, Vector256<sbyte> x)
        where T : struct, IBlockLayout => T.Signed
            ? sum + Fold(Avx2.MultiplyAddAdjacent(magnitudes, Avx2.Sign(x, values.AsSByte())))
            : (sum.AsInt16() + Avx2.MultiplyAddAdjacent(magnitudes, x)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddTwo(Vector256<int> sum, Vector256<byte> first, Vector256<sbyte> x, Vector256<byte> second, Vector256<sbyte> y) =>
        sum + Fold(Avx2.MultiplyAddAdjacent(first, x) + Avx2.MultiplyAddAdjacent(second, y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> End<T>(Vector256<int> sum)
        where T : struct, IBlockLayout => Shorts<T>() ? Fold(sum.AsInt16()) : sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Shorts<T>()
        where T : struct, IBlockLayout => !T.Signed && T.Largest <= (T.Halves ? 31 : 15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Fold(Vector256<short> pairs) => Avx2.MultiplyAddAdjacent(pairs, Vector256<short>.One);
}

/// <summary>AVX-VNNI has the whole step in one instruction; signed values are made unsigned by 128.</summary>
internal readonly struct AvxVnniDot : IByteDot
{
    public static bool TakesWords => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Offset<T>()
        where T : struct, IBlockLayout => T.Signed ? 128 : T.Offset;

    public static bool AddsTwo<T>()
        where T : struct, IBlockLayout => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Magnitudes<T>(Vector256<byte> values)
        where T : struct, IBlockLayout => T.Signed ? values ^ Vector256.Create((byte)0x80) : values;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add<T>(Vector256<int> sum, Vector256<byte> magnitudes, Vector256<byte> values, Vector256<sbyte> x)
        where T : struct, IBlockLayout => AvxVnni.MultiplyWideningAndAdd(sum, magnitudes, x);

    public static Vector256<int> AddTwo(Vector256<int> sum, Vector256<byte> first, Vector256<sbyte> x, Vector256<byte> second, Vector256<sbyte> y) =>
        AvxVnni.MultiplyWideningAndAdd(AvxVnni.MultiplyWideningAndAdd(sum, first, x), second, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> End<T>(Vector256<int> sum)
        where T : struct, IBlockLayout => sum;
}

/// <summary>15-bit activations: weights become int16, of which AVX2 multiplies and adds pairs.</summary>
internal readonly struct WordDot : IByteDot
{
    public static bool TakesWords => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Offset<T>()
        where T : struct, IBlockLayout => T.Signed ? 0 : T.Offset;

    public static bool AddsTwo<T>()
        where T : struct, IBlockLayout => false;

    public static Vector256<byte> Magnitudes<T>(Vector256<byte> values)
        where T : struct, IBlockLayout => throw new NotSupportedException();

    public static Vector256<int> Add<T>(Vector256<int> sum, Vector256<byte> magnitudes, Vector256<byte> values, Vector256<sbyte> x)
        where T : struct, IBlockLayout => throw new NotSupportedException();

    public static Vector256<int> AddTwo(Vector256<int> sum, Vector256<byte> first, Vector256<sbyte> x, Vector256<byte> second, Vector256<sbyte> y) =>
        throw new NotSupportedException();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> End<T>(Vector256<int> sum)
        where T : struct, IBlockLayout => sum;

    /// <summary>The even ones of signed or unsigned bytes, as int16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<short> Even<T>(Vector256<byte> values)
        where T : struct, IBlockLayout => T.Signed
            ? Avx2.ShiftRightArithmetic(Avx2.ShiftLeftLogical(values.AsInt16(), 8), 8) : values.AsInt16() & Vector256.Create((short)255);

    /// <summary>The odd ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<short> Odd<T>(Vector256<byte> values)
        where T : struct, IBlockLayout => T.Signed ? Avx2.ShiftRightArithmetic(values.AsInt16(), 8) : Avx2.ShiftRightLogical(values.AsInt16(), 8);
}
