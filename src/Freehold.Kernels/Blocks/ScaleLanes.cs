using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Blocks;

/// <summary>Reads the scales of eight rows into eight lanes.</summary>
internal static unsafe class ScaleLanes
{
    /// <summary>binary16 to f32, exactly, subnormals, infinities and NaN included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Widen(Vector128<ushort> half)
    {
        var bits = Avx2.ConvertToVector256Int32(half).AsUInt32();
        var magnitude = (bits & Vector256.Create(0x7FFFu)) << 13;
        // 2^112 moves the exponent's bias from 15 to 127; subnormals come out right because the product is exact.
        var finite = (magnitude.AsSingle() * Vector256.Create(5.192296858534828e33f)).AsUInt32();
        var special = Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create(0x0F7FFFFF)).AsUInt32() & Vector256.Create(0x7F800000u);
        return (finite | magnitude & special | special | (bits & Vector256.Create(0x8000u)) << 16).AsSingle();
    }

    /// <summary>The binary16 at the same place of eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Half(byte** rows, long at) => Widen(Vector128.Create(
        *(ushort*)(rows[0] + at), *(ushort*)(rows[1] + at), *(ushort*)(rows[2] + at), *(ushort*)(rows[3] + at),
        *(ushort*)(rows[4] + at), *(ushort*)(rows[5] + at), *(ushort*)(rows[6] + at), *(ushort*)(rows[7] + at)));

    /// <summary>A binary16 in each of several blocks of eight rows. They are gathered by plain moves, which leaves the vector units to the products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Halves(byte** rows, long at, int blocks, int blockBytes, float* scale, int step)
    {
        var gathered = stackalloc ushort[8 * 8];
        while (blocks > 0)
        {
            var here = Math.Min(blocks, 8);
            for (var r = 0; r < 8; r++)
            {
                var from = rows[r] + at;
                var to = gathered + r;
                if (here == 8)
                {
                    to[0] = *(ushort*)from;
                    to[8] = *(ushort*)(from + blockBytes);
                    to[16] = *(ushort*)(from + 2 * blockBytes);
                    to[24] = *(ushort*)(from + 3 * blockBytes);
                    to[32] = *(ushort*)(from + 4 * blockBytes);
                    to[40] = *(ushort*)(from + 5 * blockBytes);
                    to[48] = *(ushort*)(from + 6 * blockBytes);
                    to[56] = *(ushort*)(from + 7 * blockBytes);
                    continue;
                }
                for (var b = 0; b < here; b++)
                    to[8 * b] = *(ushort*)(from + b * blockBytes);
            }
            for (var b = 0; b < here; b++)
                Widen(Vector128.Load(gathered + 8 * b)).Store(scale + b * step);
            blocks -= here;
            at += here * blockBytes;
            scale += here * step;
        }
    }

    /// <summary>Eight signed bytes of each of eight rows, times that row's factor: lane r of vector g is <c>d[r] * bytes[r][g]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Bytes(ulong* bytes, Vector256<float> d, float* scale, int step, bool negate)
    {
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
