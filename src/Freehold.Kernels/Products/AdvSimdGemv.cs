using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products;

/// <summary>
/// Few rows, Arm64: eight outputs at once straight from the stored rows. Each run of 32 gives every output four partial sums; they are folded into
/// one lane an output, and the eight chains go on side by side.
/// </summary>
internal sealed unsafe class AdvSimdGemv<T, TRun> : ProductKernel
    where T : struct, IBlockLayout
    where TRun : struct, IAdvSimdRun
{
    // Runs whose scales are decoded together.
    private const int Runs = 8;

    internal override int OutputStep => 8;

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var rows = (byte**)scratch;
        var scale = (float*)(scratch + 64);
        var minimum = scale + 2 * Runs * 8;
        var y = minimum + 2 * Runs * 8;
        for (var output = first; output < first + count; output += 8)
        {
            var valid = Math.Min(8, first + count - output);
            for (var r = 0; r < 8; r++)
                rows[r] = product.Weights.Row(output + Math.Min(r, valid - 1));
            for (var row = 0; row < x.Rows; row++)
            {
                if (x.Bits == ActivationBits.Eight)
                    Chains<OnePlane>(x, x.Q8 + (long)row * x.Columns, row, rows, scale, minimum, y);
                else
                    Chains<TwoPlanes>(x, x.Planes + (long)row * x.Columns * 2, row, rows, scale, minimum, y);
                Store(product, row, output, valid, y);
            }
        }
    }

    private static void Chains<TPlanes>(ActivationRows x, sbyte* q, int row, byte** rows, float* scale, float* minimum, float* y)
        where TPlanes : struct, IPlanes
    {
        var groups = x.Groups;
        var d = x.D + (long)row * groups;
        var sums = x.Sums + (long)row * groups * 2;
        new Span<float>(y, 8).Clear();
        var offset = 0L;
        for (var start = 0; start < groups; start += Runs)
        {
            var runs = Math.Min(Runs, groups - start);
            T.Scales(rows, offset, runs / T.BlockRuns, scale, minimum, 8);
            Stretch<TPlanes>(rows, offset, runs, q, d + start, sums + 2 * start, scale, minimum, y);
            q += runs * 32 * TPlanes.Count;
            offset += (long)(runs / T.BlockRuns) * T.BlockBytes;
        }
    }

    // Apart from the loop around it: it makes no calls, so its sums and the chains stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Stretch<TPlanes>(byte** rows, long offset, int runs, sbyte* q, float* d, int* sums, float* scale, float* minimum, float* y)
        where TPlanes : struct, IPlanes
    {
        byte* p0 = rows[0] + offset, p1 = rows[1] + offset, p2 = rows[2] + offset, p3 = rows[3] + offset;
        byte* p4 = rows[4] + offset, p5 = rows[5] + offset, p6 = rows[6] + offset, p7 = rows[7] + offset;
        Vector128<float> y0 = Vector128.Load(y), y1 = Vector128.Load(y + 4);
        nint at = 0;
        for (var i = 0; i < runs; i++)
        {
            var run = T.BlockRuns == 1 ? 0 : i;
            Vector128<sbyte> a0 = Vector128.Load(q), a1 = Vector128.Load(q + 16), b0 = default, b1 = default;
            if (TPlanes.Count == 2)
            {
                b0 = Vector128.Load(q + 32);
                b1 = Vector128.Load(q + 48);
            }
            q += 32 * TPlanes.Count;
            Dot<TPlanes>(p0 + at, run, a0, a1, b0, b1, out var l0, out var h0);
            Dot<TPlanes>(p1 + at, run, a0, a1, b0, b1, out var l1, out var h1);
            Dot<TPlanes>(p2 + at, run, a0, a1, b0, b1, out var l2, out var h2);
            Dot<TPlanes>(p3 + at, run, a0, a1, b0, b1, out var l3, out var h3);
            Dot<TPlanes>(p4 + at, run, a0, a1, b0, b1, out var l4, out var h4);
            Dot<TPlanes>(p5 + at, run, a0, a1, b0, b1, out var l5, out var h5);
            Dot<TPlanes>(p6 + at, run, a0, a1, b0, b1, out var l6, out var h6);
            Dot<TPlanes>(p7 + at, run, a0, a1, b0, b1, out var l7, out var h7);
            var asum = T.Halves ? sums[0] : sums[0] + sums[1];
            y0 = Link(AdvSimdDot.Fold(l0, l1, l2, l3), scale, minimum, *d, asum, y0);
            y1 = Link(AdvSimdDot.Fold(l4, l5, l6, l7), scale + 4, minimum + 4, *d, asum, y1);
            if (T.Halves)
            {
                y0 = Link(AdvSimdDot.Fold(h0, h1, h2, h3), scale + 8, minimum + 8, *d, sums[1], y0);
                y1 = Link(AdvSimdDot.Fold(h4, h5, h6, h7), scale + 12, minimum + 12, *d, sums[1], y1);
            }
            scale += T.Halves ? 16 : 8;
            minimum += T.Halves ? 16 : 8;
            if (T.BlockRuns == 1)
                at += T.BlockBytes;
            sums += 2;
            d++;
        }
        y0.Store(y);
        y1.Store(y + 4);
    }

    /// <summary>A run's partial sums: those of its halves apart where they have scales of their own, else all in <paramref name="low"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Dot<TPlanes>(
        byte* block, int run, Vector128<sbyte> a0, Vector128<sbyte> a1, Vector128<sbyte> b0, Vector128<sbyte> b1,
        out Vector128<int> low, out Vector128<int> high)
        where TPlanes : struct, IPlanes
    {
        TRun.Values(block, run, out var w0, out var w1);
        low = AdvSimdDot.Add(default, w0, a0);
        high = AdvSimdDot.Add(T.Halves ? default : low, w1, a1);
        if (TPlanes.Count == 2)
        {
            low = AdvSimdDot.Add((T.Halves ? low : high) << 7, w0, b0);
            high = AdvSimdDot.Add(T.Halves ? high << 7 : low, w1, b1);
        }
        if (!T.Halves)
            low = high;
    }

    /// <summary>One link of four chains: the exact sum times both scales, then the minimum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Link(Vector128<int> isum, float* scale, float* minimum, float d, int asum, Vector128<float> y)
    {
        y = AdvSimd.FusedMultiplyAdd(y, AdvSimd.ConvertToSingle(isum), Vector128.Load(scale) * Vector128.Create(d));
        return T.HasMinimum ? AdvSimd.FusedMultiplyAdd(y, Vector128.Load(minimum), Vector128.Create(d * asum)) : y;
    }

    private static void Store(in Product product, int row, int output, int valid, float* y)
    {
        for (var i = 0; i < valid; i++)
            Store(product, row, output + i, y[i]);
    }
}
