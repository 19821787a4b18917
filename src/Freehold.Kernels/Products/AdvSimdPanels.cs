using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products;

/// <summary>
/// Many rows, Arm64: eight outputs are unpacked into this worker's scratch with outputs as lanes, a stretch of the inputs at a time, and multiplied
/// by four rows at once. A dword of a panel is an output's next four values:
/// <code>
/// panel  [group][8 steps][8 outputs] of 4 signed bytes
/// scales [group or half][8 outputs], minimums likewise
/// </code>
/// A chain that is not at its end waits in scratch as the f32 it is, so stretches do not show.
/// </summary>
internal sealed unsafe class AdvSimdPanels<T, TRun> : RowBlockKernel
    where T : struct, IBlockLayout
    where TRun : struct, IAdvSimdRun
{
    private const int Outputs = 8;
    private const int GroupsAtOnce = 64;

    internal override int OutputStep => Outputs;

    protected override void Panel(in Product product, ActivationRows x, int first, int valid, int row, int rows, byte* scratch)
    {
        var rowsOf = (byte**)scratch;
        var scale = (float*)(scratch + 64);
        var minimum = scale + GroupsAtOnce * 2 * Outputs;
        var y = minimum + GroupsAtOnce * 2 * Outputs;
        var panel = (int*)(y + RowsAtOnce * Outputs);
        for (var o = 0; o < Outputs; o++)
            rowsOf[o] = product.Weights.Row(first + Math.Min(o, valid - 1));
        new Span<float>(y, (rows + 3) / 4 * 4 * Outputs).Clear();
        for (var from = 0; from < x.Groups; from += GroupsAtOnce)
        {
            var groups = Math.Min(GroupsAtOnce, x.Groups - from);
            var offset = (long)(from / T.BlockRuns) * T.BlockBytes;
            T.Scales(rowsOf, offset, groups / T.BlockRuns, scale, minimum, Outputs);
            Pack(rowsOf, offset, groups, panel);
            for (var r = 0; r < rows; r += 4)
                if (x.Bits == ActivationBits.Eight)
                    Four<OnePlane>(x, x.Q8, row + r, from, groups, (sbyte*)panel, scale, minimum, y + r * Outputs);
                else
                    Four<TwoPlanes>(x, x.Planes, row + r, from, groups, (sbyte*)panel, scale, minimum, y + r * Outputs);
        }
        for (var r = 0; r < rows; r++)
            for (var o = 0; o < valid; o++)
                Store(product, row + r, first + o, y[r * Outputs + o]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(byte** rows, long offset, int groups, int* panel)
    {
        for (var g = 0; g < groups; g++, panel += 8 * Outputs)
        {
            var at = offset + (long)(g / T.BlockRuns) * T.BlockBytes;
            var run = g % T.BlockRuns;
            for (var o = 0; o < Outputs; o += 4)
            {
                TRun.Values(rows[o] + at, run, out var l0, out var h0);
                TRun.Values(rows[o + 1] + at, run, out var l1, out var h1);
                TRun.Values(rows[o + 2] + at, run, out var l2, out var h2);
                TRun.Values(rows[o + 3] + at, run, out var l3, out var h3);
                Transpose(l0.AsInt32(), l1.AsInt32(), l2.AsInt32(), l3.AsInt32(), panel + o);
                Transpose(h0.AsInt32(), h1.AsInt32(), h2.AsInt32(), h3.AsInt32(), panel + 4 * Outputs + o);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Vector128<int> r0, Vector128<int> r1, Vector128<int> r2, Vector128<int> r3, int* to)
    {
        var a0 = AdvSimd.Arm64.ZipLow(r0, r1).AsInt64();
        var a1 = AdvSimd.Arm64.ZipHigh(r0, r1).AsInt64();
        var a2 = AdvSimd.Arm64.ZipLow(r2, r3).AsInt64();
        var a3 = AdvSimd.Arm64.ZipHigh(r2, r3).AsInt64();
        AdvSimd.Arm64.ZipLow(a0, a2).AsInt32().Store(to);
        AdvSimd.Arm64.ZipHigh(a0, a2).AsInt32().Store(to + Outputs);
        AdvSimd.Arm64.ZipLow(a1, a3).AsInt32().Store(to + 2 * Outputs);
        AdvSimd.Arm64.ZipHigh(a1, a3).AsInt32().Store(to + 3 * Outputs);
    }

    /// <summary>Four rows from <paramref name="row"/>; in place of rows past the last, the last again.</summary>
    private static void Four<TPlanes>(
        ActivationRows x, sbyte* q, int row, int from, int groups, sbyte* panel, float* scale, float* minimum, float* y)
        where TPlanes : struct, IPlanes
    {
        var last = x.Rows - 1;
        var rows = stackalloc long[4];
        for (var r = 0; r < 4; r++)
            rows[r] = (long)Math.Min(row + r, last) * x.Groups + from;
        Tile<TPlanes>(panel, scale, minimum, groups, q, x.D, x.Sums, rows, y);
    }

    /// <summary>A panel's stretch times four rows: eight integer accumulators and eight registers of chains.</summary>
    /// <param name="panel">The unpacked weights.</param>
    /// <param name="scale">Their scales.</param>
    /// <param name="minimum">Their minimum terms.</param>
    /// <param name="groups">Groups of 32 inputs.</param>
    /// <param name="q">Activations of row 0, group 0.</param>
    /// <param name="d">Their scales.</param>
    /// <param name="sums">Their sums of 16.</param>
    /// <param name="rows">Of each of the four rows the number of its first group.</param>
    /// <param name="y">Chains, [row][output].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TPlanes>(
        sbyte* panel, float* scale, float* minimum, int groups, sbyte* q, float* d, int* sums, long* rows, float* y)
        where TPlanes : struct, IPlanes
    {
        var group = 32 * TPlanes.Count;
        sbyte* q0 = q + rows[0] * group, q1 = q + rows[1] * group, q2 = q + rows[2] * group, q3 = q + rows[3] * group;
        float* d0 = d + rows[0], d1 = d + rows[1], d2 = d + rows[2], d3 = d + rows[3];
        int* s0 = sums + 2 * rows[0], s1 = sums + 2 * rows[1], s2 = sums + 2 * rows[2], s3 = sums + 2 * rows[3];
        Vector128<float> y0a = Vector128.Load(y), y0b = Vector128.Load(y + 4), y1a = Vector128.Load(y + 8), y1b = Vector128.Load(y + 12);
        Vector128<float> y2a = Vector128.Load(y + 16), y2b = Vector128.Load(y + 20), y3a = Vector128.Load(y + 24), y3b = Vector128.Load(y + 28);
        var units = T.Halves ? 2 * groups : groups;
        const int Half = 4 * 4 * Outputs;
        for (nint unit = 0; unit < units; unit++)
        {
            // Where the unit is half a group, its activations are every other sixteen.
            var g = T.Halves ? unit >> 1 : unit;
            var at = g * group + (T.Halves ? 16 * (unit & 1) : 0);
            Vector128<int> c0a = default, c0b = default, c1a = default, c1b = default, c2a = default, c2b = default, c3a = default, c3b = default;
            for (var plane = 0; plane < TPlanes.Count; plane++, at += 32)
            {
                if (plane == 1)
                {
                    (c0a, c0b, c1a, c1b) = (c0a << 7, c0b << 7, c1a << 7, c1b << 7);
                    (c2a, c2b, c3a, c3b) = (c2a << 7, c2b << 7, c3a << 7, c3b << 7);
                }
                for (nint half = 0; half < (T.Halves ? 1 : 2); half++)
                {
                    var w = panel + half * Half;
                    Vector128<sbyte> x0 = Vector128.Load(q0 + at + 16 * half), x1 = Vector128.Load(q1 + at + 16 * half);
                    Vector128<sbyte> x2 = Vector128.Load(q2 + at + 16 * half), x3 = Vector128.Load(q3 + at + 16 * half);
                    Vector128<sbyte> wa = Vector128.Load(w), wb = Vector128.Load(w + 16);
                    c0a = AdvSimdDot.AddQuad(c0a, wa, x0, 0);
                    c0b = AdvSimdDot.AddQuad(c0b, wb, x0, 0);
                    c1a = AdvSimdDot.AddQuad(c1a, wa, x1, 0);
                    c1b = AdvSimdDot.AddQuad(c1b, wb, x1, 0);
                    c2a = AdvSimdDot.AddQuad(c2a, wa, x2, 0);
                    c2b = AdvSimdDot.AddQuad(c2b, wb, x2, 0);
                    c3a = AdvSimdDot.AddQuad(c3a, wa, x3, 0);
                    c3b = AdvSimdDot.AddQuad(c3b, wb, x3, 0);
                    wa = Vector128.Load(w + 32);
                    wb = Vector128.Load(w + 48);
                    c0a = AdvSimdDot.AddQuad(c0a, wa, x0, 1);
                    c0b = AdvSimdDot.AddQuad(c0b, wb, x0, 1);
                    c1a = AdvSimdDot.AddQuad(c1a, wa, x1, 1);
                    c1b = AdvSimdDot.AddQuad(c1b, wb, x1, 1);
                    c2a = AdvSimdDot.AddQuad(c2a, wa, x2, 1);
                    c2b = AdvSimdDot.AddQuad(c2b, wb, x2, 1);
                    c3a = AdvSimdDot.AddQuad(c3a, wa, x3, 1);
                    c3b = AdvSimdDot.AddQuad(c3b, wb, x3, 1);
                    wa = Vector128.Load(w + 64);
                    wb = Vector128.Load(w + 80);
                    c0a = AdvSimdDot.AddQuad(c0a, wa, x0, 2);
                    c0b = AdvSimdDot.AddQuad(c0b, wb, x0, 2);
                    c1a = AdvSimdDot.AddQuad(c1a, wa, x1, 2);
                    c1b = AdvSimdDot.AddQuad(c1b, wb, x1, 2);
                    c2a = AdvSimdDot.AddQuad(c2a, wa, x2, 2);
                    c2b = AdvSimdDot.AddQuad(c2b, wb, x2, 2);
                    c3a = AdvSimdDot.AddQuad(c3a, wa, x3, 2);
                    c3b = AdvSimdDot.AddQuad(c3b, wb, x3, 2);
                    wa = Vector128.Load(w + 96);
                    wb = Vector128.Load(w + 112);
                    c0a = AdvSimdDot.AddQuad(c0a, wa, x0, 3);
                    c0b = AdvSimdDot.AddQuad(c0b, wb, x0, 3);
                    c1a = AdvSimdDot.AddQuad(c1a, wa, x1, 3);
                    c1b = AdvSimdDot.AddQuad(c1b, wb, x1, 3);
                    c2a = AdvSimdDot.AddQuad(c2a, wa, x2, 3);
                    c2b = AdvSimdDot.AddQuad(c2b, wb, x2, 3);
                    c3a = AdvSimdDot.AddQuad(c3a, wa, x3, 3);
                    c3b = AdvSimdDot.AddQuad(c3b, wb, x3, 3);
                }
            }
            panel += T.Halves ? Half : 2 * Half;
            Vector128<float> sa = Vector128.Load(scale), sb = Vector128.Load(scale + 4);
            y0a = Link(y0a, c0a, sa, d0[g]);
            y0b = Link(y0b, c0b, sb, d0[g]);
            y1a = Link(y1a, c1a, sa, d1[g]);
            y1b = Link(y1b, c1b, sb, d1[g]);
            y2a = Link(y2a, c2a, sa, d2[g]);
            y2b = Link(y2b, c2b, sb, d2[g]);
            y3a = Link(y3a, c3a, sa, d3[g]);
            y3b = Link(y3b, c3b, sb, d3[g]);
            scale += Outputs;
            if (T.HasMinimum)
            {
                Vector128<float> ma = Vector128.Load(minimum), mb = Vector128.Load(minimum + 4);
                var sum = Vector128.Create(d0[g] * Sum(s0, unit));
                y0a = AdvSimd.FusedMultiplyAdd(y0a, ma, sum);
                y0b = AdvSimd.FusedMultiplyAdd(y0b, mb, sum);
                sum = Vector128.Create(d1[g] * Sum(s1, unit));
                y1a = AdvSimd.FusedMultiplyAdd(y1a, ma, sum);
                y1b = AdvSimd.FusedMultiplyAdd(y1b, mb, sum);
                sum = Vector128.Create(d2[g] * Sum(s2, unit));
                y2a = AdvSimd.FusedMultiplyAdd(y2a, ma, sum);
                y2b = AdvSimd.FusedMultiplyAdd(y2b, mb, sum);
                sum = Vector128.Create(d3[g] * Sum(s3, unit));
                y3a = AdvSimd.FusedMultiplyAdd(y3a, ma, sum);
                y3b = AdvSimd.FusedMultiplyAdd(y3b, mb, sum);
                minimum += Outputs;
            }
        }
        y0a.Store(y);
        y0b.Store(y + 4);
        y1a.Store(y + 8);
        y1b.Store(y + 12);
        y2a.Store(y + 16);
        y2b.Store(y + 20);
        y3a.Store(y + 24);
        y3b.Store(y + 28);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Link(Vector128<float> y, Vector128<int> isum, Vector128<float> scale, float d) =>
        AdvSimd.FusedMultiplyAdd(y, AdvSimd.ConvertToSingle(isum), scale * Vector128.Create(d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum(int* sums, nint unit) => T.Halves ? sums[unit] : sums[2 * unit] + sums[2 * unit + 1];
}
