using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products;

/// <summary>
/// Unpacks a stretch of some outputs' weights so that outputs are lanes. A dword holds an output's next values:
/// <code>
/// quads  [group][8 steps][outputs] of 4 bytes: values 4 i to 4 i + 3
/// pairs  [group][16 steps][outputs] of 2 int16: values 4 i and 4 i + 2, then 4 i + 1 and 4 i + 3 (two shifts of a quad)
/// scales [group or half][outputs], minimums likewise
/// </code>
/// </summary>
internal static unsafe class PanelPacker
{
    /// <summary>Packs eight outputs; signed quads are made unsigned by 128, unless all are wanted signed.</summary>
    /// <param name="rows">The eight outputs' rows.</param>
    /// <param name="from">The first group of 32 inputs; a block begins there.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="quads">Quads, or else pairs.</param>
    /// <param name="panel">The first of these outputs in the panel.</param>
    /// <param name="scale">Their scales.</param>
    /// <param name="minimum">Their minimum terms.</param>
    /// <param name="outputs">Outputs in the panel.</param>
    /// <param name="signed">Whether quads become signed, their type's offset taken off.</param>
    internal static void Eight<T>(byte** rows, int from, int groups, bool quads, int* panel, float* scale, float* minimum, int outputs, bool signed = false)
        where T : struct, IBlockLayout
    {
        var offset = (long)(from / T.BlockRuns) * T.BlockBytes;
        T.Scales(rows, offset, groups / T.BlockRuns, scale, minimum, outputs);
        if (quads)
            Quads<T>(rows, offset, groups, panel, outputs, signed);
        else
            Pairs<T>(rows, offset, groups, panel, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Quads<T>(byte** rows, long offset, int groups, int* panel, int outputs, bool signed)
        where T : struct, IBlockLayout
    {
        byte* p0 = rows[0], p1 = rows[1], p2 = rows[2], p3 = rows[3], p4 = rows[4], p5 = rows[5], p6 = rows[6], p7 = rows[7];
        for (var g = 0; g < groups; g++, panel += 8 * outputs)
        {
            var at = offset + (long)(g / T.BlockRuns) * T.BlockBytes;
            var run = g % T.BlockRuns;
            if (signed)
                Transpose(
                    Signed<T>(p0 + at, run), Signed<T>(p1 + at, run), Signed<T>(p2 + at, run), Signed<T>(p3 + at, run),
                    Signed<T>(p4 + at, run), Signed<T>(p5 + at, run), Signed<T>(p6 + at, run), Signed<T>(p7 + at, run), panel, outputs);
            else
                Transpose(
                    Unsigned<T>(p0 + at, run), Unsigned<T>(p1 + at, run), Unsigned<T>(p2 + at, run), Unsigned<T>(p3 + at, run),
                    Unsigned<T>(p4 + at, run), Unsigned<T>(p5 + at, run), Unsigned<T>(p6 + at, run), Unsigned<T>(p7 + at, run), panel, outputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pairs<T>(byte** rows, long offset, int groups, int* panel, int outputs)
        where T : struct, IBlockLayout
    {
        byte* p0 = rows[0], p1 = rows[1], p2 = rows[2], p3 = rows[3], p4 = rows[4], p5 = rows[5], p6 = rows[6], p7 = rows[7];
        for (var g = 0; g < groups; g++, panel += 16 * outputs)
        {
            var at = offset + (long)(g / T.BlockRuns) * T.BlockBytes;
            var run = g % T.BlockRuns;
            Transpose(
                Signed<T>(p0 + at, run), Signed<T>(p1 + at, run), Signed<T>(p2 + at, run), Signed<T>(p3 + at, run),
                Signed<T>(p4 + at, run), Signed<T>(p5 + at, run), Signed<T>(p6 + at, run), Signed<T>(p7 + at, run),
                out var q0, out var q1, out var q2, out var q3, out var q4, out var q5, out var q6, out var q7);
            Widen(q0, panel, outputs);
            Widen(q1, panel + 2 * outputs, outputs);
            Widen(q2, panel + 4 * outputs, outputs);
            Widen(q3, panel + 6 * outputs, outputs);
            Widen(q4, panel + 8 * outputs, outputs);
            Widen(q5, panel + 10 * outputs, outputs);
            Widen(q6, panel + 12 * outputs, outputs);
            Widen(q7, panel + 14 * outputs, outputs);
        }
    }

    /// <summary>Transposes 8 by 8 dwords; row r of the result is stored r * <paramref name="step"/> dwords on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Transpose(
        Vector256<int> r0, Vector256<int> r1, Vector256<int> r2, Vector256<int> r3,
        Vector256<int> r4, Vector256<int> r5, Vector256<int> r6, Vector256<int> r7, int* to, int step)
    {
        Transpose(
            r0, r1, r2, r3, r4, r5, r6, r7,
            out var q0, out var q1, out var q2, out var q3, out var q4, out var q5, out var q6, out var q7);
        q0.Store(to);
        q1.Store(to + step);
        q2.Store(to + 2 * step);
        q3.Store(to + 3 * step);
        q4.Store(to + 4 * step);
        q5.Store(to + 5 * step);
        q6.Store(to + 6 * step);
        q7.Store(to + 7 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        Vector256<int> r0, Vector256<int> r1, Vector256<int> r2, Vector256<int> r3,
        Vector256<int> r4, Vector256<int> r5, Vector256<int> r6, Vector256<int> r7,
        out Vector256<int> q0, out Vector256<int> q1, out Vector256<int> q2, out Vector256<int> q3,
        out Vector256<int> q4, out Vector256<int> q5, out Vector256<int> q6, out Vector256<int> q7)
    {
        var a0 = Avx2.UnpackLow(r0, r1).AsInt64();
        var a1 = Avx2.UnpackHigh(r0, r1).AsInt64();
        var a2 = Avx2.UnpackLow(r2, r3).AsInt64();
        var a3 = Avx2.UnpackHigh(r2, r3).AsInt64();
        var a4 = Avx2.UnpackLow(r4, r5).AsInt64();
        var a5 = Avx2.UnpackHigh(r4, r5).AsInt64();
        var a6 = Avx2.UnpackLow(r6, r7).AsInt64();
        var a7 = Avx2.UnpackHigh(r6, r7).AsInt64();
        var b0 = Avx2.UnpackLow(a0, a2);
        var b1 = Avx2.UnpackHigh(a0, a2);
        var b2 = Avx2.UnpackLow(a1, a3);
        var b3 = Avx2.UnpackHigh(a1, a3);
        var b4 = Avx2.UnpackLow(a4, a6);
        var b5 = Avx2.UnpackHigh(a4, a6);
        var b6 = Avx2.UnpackLow(a5, a7);
        var b7 = Avx2.UnpackHigh(a5, a7);
        q0 = Avx2.Permute2x128(b0, b4, 0x20).AsInt32();
        q1 = Avx2.Permute2x128(b1, b5, 0x20).AsInt32();
        q2 = Avx2.Permute2x128(b2, b6, 0x20).AsInt32();
        q3 = Avx2.Permute2x128(b3, b7, 0x20).AsInt32();
        q4 = Avx2.Permute2x128(b0, b4, 0x31).AsInt32();
        q5 = Avx2.Permute2x128(b1, b5, 0x31).AsInt32();
        q6 = Avx2.Permute2x128(b2, b6, 0x31).AsInt32();
        q7 = Avx2.Permute2x128(b3, b7, 0x31).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Unsigned<T>(byte* block, int run)
        where T : struct, IBlockLayout =>
        (T.Signed ? T.Values(block, run) ^ Vector256.Create((byte)0x80) : T.Values(block, run)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Signed<T>(byte* block, int run)
        where T : struct, IBlockLayout =>
        (T.Signed || T.Offset == 0 ? T.Values(block, run) : T.Values(block, run) - Vector256.Create((byte)T.Offset)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector256<int> quads, int* to, int step)
    {
        Avx2.ShiftRightArithmetic(Avx2.ShiftLeftLogical(quads.AsInt16(), 8), 8).AsInt32().Store(to);
        Avx2.ShiftRightArithmetic(quads.AsInt16(), 8).AsInt32().Store(to + step);
    }
}
