using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Blocks;

/// <summary>Reads the scales of eight rows into eight lanes.</summary>
internal static unsafe class ScaleLanes
{
    /// <summary>binary16 to f32, exactly, subnormals, infinities and NaN included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Widen(Vector128<ushort> half)
    {
        if (AdvSimd.Arm64.IsSupported)
            return AdvSimdScaleLanes.Widen(half);
        // Sign and magnitude at their places; 2^112 moves the exponent's bias from 15 to 127, exactly, so subnormals come out right too.
        var bits = Avx2.ShiftLeftLogical(Avx2.ConvertToVector256Int32(half.AsInt16()), 13);
        var exponent = bits & Vector256.Create(0x0F800000);
        var finite = (bits & Vector256.Create(unchecked((int)0x8FFFE000))).AsSingle() * Vector256.Create(5.192296858534828e33f);
        // Infinity and NaN: all exponent bits set; the fraction is in place already.
        var special = Vector256.Equals(exponent, Vector256.Create(0x0F800000)) & Vector256.Create(0x7F800000);
        return (finite.AsInt32() | special).AsSingle();
    }

    /// <summary>The binary16 at the same place of eight rows, which may be a row's last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Half(byte** rows, long at) => Widen(Vector128.Create(
        *(ushort*)(rows[0] + at), *(ushort*)(rows[1] + at), *(ushort*)(rows[2] + at), *(ushort*)(rows[3] + at),
        *(ushort*)(rows[4] + at), *(ushort*)(rows[5] + at), *(ushort*)(rows[6] + at), *(ushort*)(rows[7] + at)));

    /// <summary>A binary16 in each of several blocks of eight rows; the two bytes after it are read too, so no block may end there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Halves(byte** rows, long at, int blocks, int blockBytes, float* scale, int step)
    {
        byte* p0 = rows[0] + at, p1 = rows[1] + at, p2 = rows[2] + at, p3 = rows[3] + at;
        byte* p4 = rows[4] + at, p5 = rows[5] + at, p6 = rows[6] + at, p7 = rows[7] + at;
        nint i = 0;
        for (; blocks > 0; blocks--, i += blockBytes, scale += step)
            Half(p0 + i, p1 + i, p2 + i, p3 + i, p4 + i, p5 + i, p6 + i, p7 + i).Store(scale);
    }

    // Double words are loaded and interleaved: half as many operations as inserting words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Half(byte* p0, byte* p1, byte* p2, byte* p3, byte* p4, byte* p5, byte* p6, byte* p7)
    {
        if (AdvSimd.Arm64.IsSupported)
            return Widen(Vector128.Create(
                *(ushort*)p0, *(ushort*)p1, *(ushort*)p2, *(ushort*)p3, *(ushort*)p4, *(ushort*)p5, *(ushort*)p6, *(ushort*)p7));
        var h01 = Sse2.UnpackLow(Word(p0), Word(p1)).AsUInt32();
        var h23 = Sse2.UnpackLow(Word(p2), Word(p3)).AsUInt32();
        var h45 = Sse2.UnpackLow(Word(p4), Word(p5)).AsUInt32();
        var h67 = Sse2.UnpackLow(Word(p6), Word(p7)).AsUInt32();
        return Widen(Sse2.UnpackLow(Sse2.UnpackLow(h01, h23).AsUInt64(), Sse2.UnpackLow(h45, h67).AsUInt64()).AsUInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Word(byte* p) => Vector128.CreateScalarUnsafe(*(uint*)p).AsUInt16();

    /// <summary>Eight signed bytes of each of eight rows, times that row's factor: lane r of vector g is <c>d[r] * bytes[r][g]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Bytes(ulong* bytes, Vector256<float> d, float* scale, int step, bool negate)
    {
        if (AdvSimd.Arm64.IsSupported)
        {
            AdvSimdScaleLanes.Bytes(bytes, d, scale, step, negate);
            return;
        }
        // 8 x 8 bytes transposed: by bytes, by words, by double words.
        Vector128<byte> r0 = Vector128.CreateScalarUnsafe(bytes[0]).AsByte(), r1 = Vector128.CreateScalarUnsafe(bytes[1]).AsByte();
        Vector128<byte> r2 = Vector128.CreateScalarUnsafe(bytes[2]).AsByte(), r3 = Vector128.CreateScalarUnsafe(bytes[3]).AsByte();
        Vector128<byte> r4 = Vector128.CreateScalarUnsafe(bytes[4]).AsByte(), r5 = Vector128.CreateScalarUnsafe(bytes[5]).AsByte();
        Vector128<byte> r6 = Vector128.CreateScalarUnsafe(bytes[6]).AsByte(), r7 = Vector128.CreateScalarUnsafe(bytes[7]).AsByte();
        var b01 = Sse2.UnpackLow(r0, r1).AsUInt16();
        var b23 = Sse2.UnpackLow(r2, r3).AsUInt16();
        var b45 = Sse2.UnpackLow(r4, r5).AsUInt16();
        var b67 = Sse2.UnpackLow(r6, r7).AsUInt16();
        var w03 = Sse2.UnpackLow(b01, b23).AsUInt32();
        var x03 = Sse2.UnpackHigh(b01, b23).AsUInt32();
        var w47 = Sse2.UnpackLow(b45, b67).AsUInt32();
        var x47 = Sse2.UnpackHigh(b45, b67).AsUInt32();
        Two(Sse2.UnpackLow(w03, w47), d, scale, step, negate);
        Two(Sse2.UnpackHigh(w03, w47), d, scale + 2 * step, step, negate);
        Two(Sse2.UnpackLow(x03, x47), d, scale + 4 * step, step, negate);
        Two(Sse2.UnpackHigh(x03, x47), d, scale + 6 * step, step, negate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two(Vector128<uint> bytes, Vector256<float> d, float* scale, int step, bool negate)
    {
        var low = d * Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(bytes.AsSByte()));
        var high = d * Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(Sse2.ShiftRightLogical128BitLane(bytes.AsSByte(), 8)));
        (negate ? -low : low).Store(scale);
        (negate ? -high : high).Store(scale + step);
    }
}
