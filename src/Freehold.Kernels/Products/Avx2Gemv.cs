using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products;

/// <summary>
/// Few rows, AVX2: eight outputs at once straight from the stored rows, which is what memory likes best. Each run of 32 gives every
/// output eight partial sums; they are transposed into one lane an output, and the eight chains go on side by side.
/// </summary>
internal sealed unsafe class Avx2Gemv<T> : ProductKernel
    where T : struct, IBlockLayout
{
    // Runs whose scales are decoded together.
    private const int Runs = 8;

    internal override int OutputStep => 8;

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var weights = product.Weights;
        var rows = (byte**)scratch;
        var scale = (float*)(scratch + 64);
        var minimum = scale + 2 * Runs * 8;
        for (var output = first; output < first + count; output += 8)
        {
            var valid = Math.Min(8, first + count - output);
            for (var r = 0; r < 8; r++)
                rows[r] = weights.Row(output + Math.Min(r, valid - 1));
            for (var row = 0; row < x.Rows; row++)
            {
                var y = x.Bits != ActivationBits.Eight ? Chains<Words>(x, row, rows, scale, minimum)
                    : T.Signed ? Chains<SignedBytes>(x, row, rows, scale, minimum)
                    : Chains<Bytes>(x, row, rows, scale, minimum);
                Store(product, row, output, valid, y);
            }
        }
    }

    private static Vector256<float> Chains<TDot>(ActivationRows x, int row, byte** rows, float* scale, float* minimum)
        where TDot : struct, IDot
    {
        var groups = x.Groups;
        var q = TDot.TakesWords ? (byte*)(x.Q + (long)row * x.Columns) : (byte*)(x.Q8 + (long)row * x.Columns);
        var d = x.D + (long)row * groups;
        var sums = x.Sums + (long)row * groups * 2;
        var y = Vector256<float>.Zero;
        var offset = 0L;
        for (var start = 0; start < groups; start += Runs)
        {
            var runs = Math.Min(Runs, groups - start);
            T.Scales(rows, offset, runs / T.BlockRuns, scale, minimum, 8);
            y = Stretch<TDot>(rows, offset, runs, q, d + start, sums + 2 * start, scale, minimum, y);
            q += runs * (TDot.TakesWords ? 64 : 32);
            offset += (long)(runs / T.BlockRuns) * T.BlockBytes;
        }
        return y;
    }

    // Apart from the loop around it: it makes no calls, so its sums and the chains stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static Vector256<float> Stretch<TDot>(
        byte** rows, long offset, int runs, byte* q, float* d, int* sums, float* scale, float* minimum, Vector256<float> y)
        where TDot : struct, IDot
    {
        byte* p0 = rows[0] + offset, p1 = rows[1] + offset, p2 = rows[2] + offset, p3 = rows[3] + offset;
        byte* p4 = rows[4] + offset, p5 = rows[5] + offset, p6 = rows[6] + offset, p7 = rows[7] + offset;
        nint at = 0;
        for (var i = 0; i < runs; i++)
        {
            var run = T.BlockRuns == 1 ? 0 : i;
            var a0 = Vector256.Load(q).AsInt16();
            var a1 = TDot.TakesWords ? Vector256.Load(q + 32).AsInt16() : default;
            q += TDot.TakesWords ? 64 : 32;
            var s03 = Four<TDot>(
                TDot.Dot<T>(p0 + at, run, a0, a1), TDot.Dot<T>(p1 + at, run, a0, a1),
                TDot.Dot<T>(p2 + at, run, a0, a1), TDot.Dot<T>(p3 + at, run, a0, a1));
            var s47 = Four<TDot>(
                TDot.Dot<T>(p4 + at, run, a0, a1), TDot.Dot<T>(p5 + at, run, a0, a1),
                TDot.Dot<T>(p6 + at, run, a0, a1), TDot.Dot<T>(p7 + at, run, a0, a1));
            var low = Avx2.Permute2x128(s03, s47, 0x20);
            var high = Avx2.Permute2x128(s03, s47, 0x31);
            var da = Vector256.Create(*d);
            if (T.Halves)
            {
                y = Link(low, scale, minimum, da, *d, sums[0], y);
                y = Link(high, scale + 8, minimum + 8, da, *d, sums[1], y);
            }
            else
            {
                y = Link(low + high, scale, minimum, da, *d, sums[0] + sums[1], y);
            }
            scale += T.Halves ? 16 : 8;
            minimum += T.Halves ? 16 : 8;
            if (T.BlockRuns == 1)
                at += T.BlockBytes;
            sums += 2;
            d++;
        }
        return y;
    }

    /// <summary>One link of eight chains: the exact sum times both scales, then the minimum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Link(
        Vector256<int> isum, float* scale, float* minimum, Vector256<float> da, float d, int asum, Vector256<float> y)
    {
        if (!T.Signed && T.Offset != 0)
            isum -= Vector256.Create(T.Offset * asum);
        y = Fma.MultiplyAdd(Avx.ConvertToVector256Single(isum), Vector256.Load(scale) * da, y);
        return T.HasMinimum ? Fma.MultiplyAdd(Vector256.Load(minimum), Vector256.Create(d * asum), y) : y;
    }

    private static void Store(in Product product, int row, int output, int valid, Vector256<float> y)
    {
        if (valid < 8)
        {
            for (var i = 0; i < valid; i++)
                Store(product, row, output + i, y.GetElement(i));
            return;
        }
        if (product.Bias is not null)
            y += Vector256.Load(product.Bias + output);
        var p = product.Output + row * product.OutputStride + output;
        if (product.Accumulate)
            y = Vector256.Load(p) + y;
        y.Store(p);
    }

    /// <summary>
    /// Four outputs' partial sums, int32 or int16, to one int32 each in both 128-bit lanes: dwords interleaved and added, then pairs of dwords.
    /// int16 sums are added as such for as long as they fit, which halves the work.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Four<TDot>(Vector256<int> s0, Vector256<int> s1, Vector256<int> s2, Vector256<int> s3)
        where TDot : struct, IDot
    {
        var ones = Vector256.Create((short)1);
        Vector256<int> l0 = Avx2.UnpackLow(s0, s1), h0 = Avx2.UnpackHigh(s0, s1), l1 = Avx2.UnpackLow(s2, s3), h1 = Avx2.UnpackHigh(s2, s3);
        if (!TDot.GivesShorts)
            return Pairs(l0 + h0, l1 + h1);
        var t0 = l0.AsInt16() + h0.AsInt16();
        var t1 = l1.AsInt16() + h1.AsInt16();
        // Sums so far are at most 4 * Largest * 127, after the next addition twice that.
        if (T.Largest > 31)
            return Pairs(Avx2.MultiplyAddAdjacent(t0, ones), Avx2.MultiplyAddAdjacent(t1, ones));
        var u = Avx2.UnpackLow(t0.AsInt64(), t1.AsInt64()).AsInt16() + Avx2.UnpackHigh(t0.AsInt64(), t1.AsInt64()).AsInt16();
        return Avx2.MultiplyAddAdjacent(u, ones);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Pairs(Vector256<int> t0, Vector256<int> t1) =>
        Avx2.UnpackLow(t0.AsInt64(), t1.AsInt64()).AsInt32() + Avx2.UnpackHigh(t0.AsInt64(), t1.AsInt64()).AsInt32();

    /// <summary>32 weights times 32 activations: partial sums whose 128-bit lanes are, in formats with halves, the halves.</summary>
    private interface IDot
    {
        /// <summary>Whether activations are taken as int16.</summary>
        static abstract bool TakesWords { get; }

        /// <summary>Whether the partial sums are sixteen int16 and not eight int32.</summary>
        static abstract bool GivesShorts { get; }

        static abstract Vector256<int> Dot<TLayout>(byte* block, int run, Vector256<short> a0, Vector256<short> a1)
            where TLayout : struct, IBlockLayout;
    }

    /// <summary>Unsigned byte weights, int8 activations: a sum is at most 2 * 63 * 127.</summary>
    private readonly struct Bytes : IDot
    {
        public static bool TakesWords => false;

        public static bool GivesShorts => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Dot<TLayout>(byte* block, int run, Vector256<short> a0, Vector256<short> a1)
            where TLayout : struct, IBlockLayout =>
            Avx2.MultiplyAddAdjacent(TLayout.Values(block, run), a0.AsSByte()).AsInt32();
    }

    /// <summary>Signed byte weights, int8 activations: magnitudes times activations of the weights' signs, at most 2 * 128 * 127 = 32,512.</summary>
    private readonly struct SignedBytes : IDot
    {
        public static bool TakesWords => false;

        public static bool GivesShorts => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Dot<TLayout>(byte* block, int run, Vector256<short> a0, Vector256<short> a1)
            where TLayout : struct, IBlockLayout
        {
            var values = TLayout.Values(block, run).AsSByte();
            var sums = Avx2.MultiplyAddAdjacent(Avx2.Abs(values), Avx2.Sign(a0.AsSByte(), values));
            return Avx2.MultiplyAddAdjacent(sums, Vector256.Create((short)1));
        }
    }

    /// <summary>Any weights, int16 activations, even ones and odd ones apart as two shifts part the weights.</summary>
    private readonly struct Words : IDot
    {
        public static bool TakesWords => true;

        public static bool GivesShorts => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Dot<TLayout>(byte* block, int run, Vector256<short> a0, Vector256<short> a1)
            where TLayout : struct, IBlockLayout
        {
            var values = TLayout.Values(block, run);
            var even = TLayout.Signed ? Avx2.ShiftRightArithmetic(Avx2.ShiftLeftLogical(values.AsInt16(), 8), 8) : values.AsInt16() & Vector256.Create((short)255);
            var odd = TLayout.Signed ? Avx2.ShiftRightArithmetic(values.AsInt16(), 8) : Avx2.ShiftRightLogical(values.AsInt16(), 8);
            return Avx2.MultiplyAddAdjacent(even, a0) + Avx2.MultiplyAddAdjacent(odd, a1);
        }
    }
}
