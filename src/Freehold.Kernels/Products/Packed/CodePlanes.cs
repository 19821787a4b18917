using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Products.Packed;

/// <summary>Reads the values of a packed run, eight outputs at once. Implemented by empty structs, so that the JIT folds the shifts.</summary>
internal unsafe interface ICodePlanes
{
    /// <summary>Bits of a value.</summary>
    static abstract int Bits { get; }

    /// <summary>
    /// Quad steps <paramref name="j"/> and <paramref name="j"/> + 4 (j from 0 to 3) of eight outputs, a dword each.
    /// </summary>
    /// <param name="run">The run's first byte; 32 bytes further for outputs 8 to 15.</param>
    /// <param name="j">A constant.</param>
    /// <param name="first">Step j.</param>
    /// <param name="second">Step j + 4.</param>
    static abstract void Steps(byte* run, int j, out Vector256<byte> first, out Vector256<byte> second);
}

/// <summary>Shifts of bytes: by words, whose stray bits the mask takes away.</summary>
internal static class PlaneShifts
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> Right(Vector256<byte> plane, int count, byte mask) =>
        (count == 0 ? plane : (plane.AsUInt16() >>> count).AsByte()) & Vector256.Create(mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> Left(Vector256<byte> plane, int count, byte mask) =>
        (count == 0 ? plane : (plane.AsUInt16() << count).AsByte()) & Vector256.Create(mask);
}

/// <summary>Bytes as they are.</summary>
internal readonly unsafe struct BytePlanes : ICodePlanes
{
    public static int Bits => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(byte* run, int j, out Vector256<byte> first, out Vector256<byte> second)
    {
        first = Vector256.Load(run + 64 * j);
        second = Vector256.Load(run + 64 * (j + 4));
    }
}

/// <summary>Nibbles.</summary>
internal readonly unsafe struct NibblePlanes : ICodePlanes
{
    public static int Bits => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(byte* run, int j, out Vector256<byte> first, out Vector256<byte> second)
    {
        var both = Vector256.Load(run + 64 * j);
        first = both & Vector256.Create((byte)15);
        second = PlaneShifts.Right(both, 4, 15);
    }
}

/// <summary>Nibbles that index MXFP4's values, doubled and made unsigned by 12.</summary>
internal readonly unsafe struct E2M1Planes : ICodePlanes
{
    public static int Bits => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(byte* run, int j, out Vector256<byte> first, out Vector256<byte> second)
    {
        var table = Vector256.Create(
            (byte)12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0,
            12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0);
        NibblePlanes.Steps(run, j, out first, out second);
        first = Avx2.Shuffle(table, first);
        second = Avx2.Shuffle(table, second);
    }
}

/// <summary>Nibbles that index the signed values of IQ4_NL and IQ4_XS.</summary>
internal readonly unsafe struct NonLinearPlanes : ICodePlanes
{
    public static int Bits => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(byte* run, int j, out Vector256<byte> first, out Vector256<byte> second)
    {
        var table = Vector256.Create(
            -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
            -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113).AsByte();
        NibblePlanes.Steps(run, j, out first, out second);
        first = Avx2.Shuffle(table, first);
        second = Avx2.Shuffle(table, second);
    }
}

/// <summary>Nibbles and a plane of fifth bits.</summary>
internal readonly unsafe struct FiveBitPlanes : ICodePlanes
{
    public static int Bits => 5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(byte* run, int j, out Vector256<byte> first, out Vector256<byte> second)
    {
        NibblePlanes.Steps(run, j, out first, out second);
        var fifth = Vector256.Load(run + 256);
        first |= PlaneShifts.Left(fifth, 4 - j, 16);
        second |= PlaneShifts.Right(fifth, j, 16);
    }
}

/// <summary>Nibbles and a plane of the two bits above.</summary>
internal readonly unsafe struct SixBitPlanes : ICodePlanes
{
    public static int Bits => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(byte* run, int j, out Vector256<byte> first, out Vector256<byte> second)
    {
        NibblePlanes.Steps(run, j, out first, out second);
        var high = Vector256.Load(run + 256 + 64 * (j & 1));
        // Step j is field j / 2, step j + 4 field j / 2 + 2.
        first |= PlaneShifts.Left(high, j < 2 ? 4 : 2, 0x30);
        second |= PlaneShifts.Right(high, j < 2 ? 0 : 2, 0x30);
    }
}

/// <summary>Fields of two bits.</summary>
internal readonly unsafe struct TwoBitPlanes : ICodePlanes
{
    public static int Bits => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(byte* run, int j, out Vector256<byte> first, out Vector256<byte> second)
    {
        var fields = Vector256.Load(run + 64 * (j & 1));
        first = PlaneShifts.Right(fields, j < 2 ? 0 : 2, 3);
        second = PlaneShifts.Right(fields, j < 2 ? 4 : 6, 3);
    }
}

/// <summary>Fields of two bits and a plane of third bits.</summary>
internal readonly unsafe struct ThreeBitPlanes : ICodePlanes
{
    public static int Bits => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(byte* run, int j, out Vector256<byte> first, out Vector256<byte> second)
    {
        TwoBitPlanes.Steps(run, j, out first, out second);
        var third = Vector256.Load(run + 128);
        first |= j == 3 ? PlaneShifts.Right(third, 1, 4) : PlaneShifts.Left(third, 2 - j, 4);
        second |= PlaneShifts.Right(third, j + 2, 4);
    }
}
