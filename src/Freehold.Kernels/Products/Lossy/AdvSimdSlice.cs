using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>
/// One slice of a panel times up to four rows, Arm64: outputs are lanes, and codes are made values once for all rows. It goes by half panels of 64 inputs: four rows
/// then take 8 registers of sums and 8 of activations, w4's multipliers and bases 4, so with SDOT nothing is spilled; and both halves of a line of memory are wanted at once.
/// </summary>
internal static unsafe class AdvSimdSlice<TCodes>
    where TCodes : struct, IAdvSimdLossyCodes
{
    /// <summary>Most rows of a call.</summary>
    internal const int MostRows = 4;

    private const int Outputs = LossyFormat.Outputs;

    /// <summary>Adds a link to the chains of some rows.</summary>
    /// <param name="block">The panel's first block of the slice.</param>
    /// <param name="blocks">Blocks of the slice.</param>
    /// <param name="x">The activations.</param>
    /// <param name="row">The first row.</param>
    /// <param name="rows">Rows; three are computed as four, the last one twice.</param>
    /// <param name="slice">Which slice it is.</param>
    /// <param name="from">Its first input.</param>
    /// <param name="y">Chains, [1, 2 or 4 rows][16 outputs].</param>
    internal static void Link(byte* block, int blocks, ActivationRows x, int row, int rows, int slice, int from, float* y)
    {
        long row1 = Math.Min(row + 1, x.Rows - 1), row2 = Math.Min(row + 2, x.Rows - 1), row3 = Math.Min(row + 3, x.Rows - 1);
        sbyte* q0 = x.Q8 + (long)row * x.Columns + from, q1 = x.Q8 + row1 * x.Columns + from;
        sbyte* q2 = x.Q8 + row2 * x.Columns + from, q3 = x.Q8 + row3 * x.Columns + from;
        var d = x.D + slice;
        float d0 = d[(long)row * x.Slices], d1 = d[row1 * x.Slices], d2 = d[row2 * x.Slices], d3 = d[row3 * x.Slices];
        if (rows == 1)
            Sum<OneRow>(block, blocks, q0, q1, q2, q3, d0, d1, d2, d3, y);
        else if (rows == 2)
            Sum<TwoRows>(block, blocks, q0, q1, q2, q3, d0, d1, d2, d3, y);
        else
            Sum<FourRows>(block, blocks, q0, q1, q2, q3, d0, d1, d2, d3, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Sum<TRows>(
        byte* block, int blocks, sbyte* q0, sbyte* q1, sbyte* q2, sbyte* q3, float d0, float d1, float d2, float d3, float* y)
        where TRows : struct, IRowCount
    {
        var sums = stackalloc int[MostRows * Outputs];
        for (var i = 0; i < TRows.Count * Outputs; i += 4)
            Vector128<int>.Zero.Store(sums + i);
        nint at = 0;
        for (; blocks > 0; blocks--, block += TCodes.Format.BlockBytes, at += LossyFormat.Block)
            for (var half = 0; half < 2; half++)
            {
                var i = sums + half * Outputs / 2;
                Vector128<int> a0 = Vector128.Load(i), b0 = Vector128.Load(i + 4), a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
                if (TRows.Count > 1)
                    (a1, b1) = (Vector128.Load(i + Outputs), Vector128.Load(i + Outputs + 4));
                if (TRows.Count > 2)
                {
                    (a2, b2) = (Vector128.Load(i + 2 * Outputs), Vector128.Load(i + 2 * Outputs + 4));
                    (a3, b3) = (Vector128.Load(i + 3 * Outputs), Vector128.Load(i + 3 * Outputs + 4));
                }
                for (var group = 0; group < LossyFormat.Block / LossyFormat.Group; group++)
                {
                    var k = at + group * LossyFormat.Group;
                    Vector128<sbyte> l0 = Vector128.Load(q0 + k), h0 = Vector128.Load(q0 + k + 16), l1 = default, h1 = default, l2 = default, h2 = default, l3 = default, h3 = default;
                    if (TRows.Count > 1)
                        (l1, h1) = (Vector128.Load(q1 + k), Vector128.Load(q1 + k + 16));
                    if (TRows.Count > 2)
                        (l2, h2, l3, h3) = (Vector128.Load(q2 + k), Vector128.Load(q2 + k + 16), Vector128.Load(q3 + k), Vector128.Load(q3 + k + 16));
                    TCodes.Grid(block, group, 2 * half, out var ma, out var ba);
                    TCodes.Grid(block, group, 2 * half + 1, out var mb, out var bb);
                    Steps<TRows>(block, group, half, 0, ma, ba, mb, bb, l0, h0, l1, h1, l2, h2, l3, h3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                    Steps<TRows>(block, group, half, 1, ma, ba, mb, bb, l0, h0, l1, h1, l2, h2, l3, h3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                    Steps<TRows>(block, group, half, 2, ma, ba, mb, bb, l0, h0, l1, h1, l2, h2, l3, h3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                    Steps<TRows>(block, group, half, 3, ma, ba, mb, bb, l0, h0, l1, h1, l2, h2, l3, h3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                }
                Store(i, a0, b0);
                if (TRows.Count > 1)
                    Store(i + Outputs, a1, b1);
                if (TRows.Count > 2)
                {
                    Store(i + 2 * Outputs, a2, b2);
                    Store(i + 3 * Outputs, a3, b3);
                }
            }
        Link(sums, d0, y);
        if (TRows.Count > 1)
            Link(sums + Outputs, d1, y + Outputs);
        if (TRows.Count > 2)
        {
            Link(sums + 2 * Outputs, d2, y + 2 * Outputs);
            Link(sums + 3 * Outputs, d3, y + 3 * Outputs);
        }
    }

    /// <summary>Two quad steps of eight outputs times every row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Steps<TRows>(
        byte* block, int group, int half, [ConstantExpected(Max = (byte)3)] byte step,
        Vector128<byte> ma, Vector128<byte> ba, Vector128<byte> mb, Vector128<byte> bb,
        Vector128<sbyte> l0, Vector128<sbyte> h0, Vector128<sbyte> l1, Vector128<sbyte> h1, Vector128<sbyte> l2, Vector128<sbyte> h2, Vector128<sbyte> l3, Vector128<sbyte> h3,
        ref Vector128<int> a0, ref Vector128<int> b0, ref Vector128<int> a1, ref Vector128<int> b1,
        ref Vector128<int> a2, ref Vector128<int> b2, ref Vector128<int> a3, ref Vector128<int> b3)
        where TRows : struct, IRowCount
    {
        TCodes.Steps(block, group, 2 * half, step, ma, ba, out var la, out var ha);
        TCodes.Steps(block, group, 2 * half + 1, step, mb, bb, out var lb, out var hb);
        // A quad's two products stand together: without SDOT it is copied to all lanes, once for both.
        a0 = AdvSimdDot.AddQuad(a0, la, l0, step);
        b0 = AdvSimdDot.AddQuad(b0, lb, l0, step);
        a0 = AdvSimdDot.AddQuad(a0, ha, h0, step);
        b0 = AdvSimdDot.AddQuad(b0, hb, h0, step);
        if (TRows.Count > 1)
        {
            a1 = AdvSimdDot.AddQuad(a1, la, l1, step);
            b1 = AdvSimdDot.AddQuad(b1, lb, l1, step);
            a1 = AdvSimdDot.AddQuad(a1, ha, h1, step);
            b1 = AdvSimdDot.AddQuad(b1, hb, h1, step);
        }
        if (TRows.Count > 2)
        {
            a2 = AdvSimdDot.AddQuad(a2, la, l2, step);
            b2 = AdvSimdDot.AddQuad(b2, lb, l2, step);
            a2 = AdvSimdDot.AddQuad(a2, ha, h2, step);
            b2 = AdvSimdDot.AddQuad(b2, hb, h2, step);
            a3 = AdvSimdDot.AddQuad(a3, la, l3, step);
            b3 = AdvSimdDot.AddQuad(b3, lb, l3, step);
            a3 = AdvSimdDot.AddQuad(a3, ha, h3, step);
            b3 = AdvSimdDot.AddQuad(b3, hb, h3, step);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(int* sums, Vector128<int> a, Vector128<int> b)
    {
        a.Store(sums);
        b.Store(sums + 4);
    }

    /// <summary>One link of a row's sixteen chains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Link(int* sums, float d, float* y)
    {
        for (var o = 0; o < Outputs; o += 4)
            AdvSimd.FusedMultiplyAdd(Vector128.Load(y + o), AdvSimd.ConvertToSingle(Vector128.Load(sums + o)), Vector128.Create(d)).Store(y + o);
    }
}
