using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>
/// One slice of a panel times up to four rows, Arm64: each row has four registers of integer sums, outputs are lanes, and codes are made values once for all rows. Four rows
/// take 16 registers of sums and 8 of activations, which leaves w4 what its values need.
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
        where TRows : struct, IRows
    {
        Vector128<int> i00 = default, i01 = default, i02 = default, i03 = default, i10 = default, i11 = default, i12 = default, i13 = default;
        Vector128<int> i20 = default, i21 = default, i22 = default, i23 = default, i30 = default, i31 = default, i32 = default, i33 = default;
        nint at = 0;
        for (; blocks > 0; blocks--, block += TCodes.Format.BlockBytes)
            for (var group = 0; group < LossyFormat.Block / LossyFormat.Group; group++, at += LossyFormat.Group)
            {
                Vector128<sbyte> l0 = Vector128.Load(q0 + at), h0 = Vector128.Load(q0 + at + 16), l1 = default, h1 = default, l2 = default, h2 = default, l3 = default, h3 = default;
                if (TRows.Count > 1)
                    (l1, h1) = (Vector128.Load(q1 + at), Vector128.Load(q1 + at + 16));
                if (TRows.Count > 2)
                    (l2, h2, l3, h3) = (Vector128.Load(q2 + at), Vector128.Load(q2 + at + 16), Vector128.Load(q3 + at), Vector128.Load(q3 + at + 16));
                Quarter<TRows>(block, group, 0, l0, h0, l1, h1, l2, h2, l3, h3, ref i00, ref i10, ref i20, ref i30);
                Quarter<TRows>(block, group, 1, l0, h0, l1, h1, l2, h2, l3, h3, ref i01, ref i11, ref i21, ref i31);
                Quarter<TRows>(block, group, 2, l0, h0, l1, h1, l2, h2, l3, h3, ref i02, ref i12, ref i22, ref i32);
                Quarter<TRows>(block, group, 3, l0, h0, l1, h1, l2, h2, l3, h3, ref i03, ref i13, ref i23, ref i33);
            }
        Add(i00, i01, i02, i03, d0, y);
        if (TRows.Count > 1)
            Add(i10, i11, i12, i13, d1, y + Outputs);
        if (TRows.Count > 2)
        {
            Add(i20, i21, i22, i23, d2, y + 2 * Outputs);
            Add(i30, i31, i32, i33, d3, y + 3 * Outputs);
        }
    }

    /// <summary>A group's products of four outputs with every row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter<TRows>(
        byte* block, int group, int quarter, Vector128<sbyte> l0, Vector128<sbyte> h0, Vector128<sbyte> l1, Vector128<sbyte> h1, Vector128<sbyte> l2, Vector128<sbyte> h2,
        Vector128<sbyte> l3, Vector128<sbyte> h3, ref Vector128<int> i0, ref Vector128<int> i1, ref Vector128<int> i2, ref Vector128<int> i3)
        where TRows : struct, IRows
    {
        TCodes.Grid(block, group, quarter, out var multipliers, out var bases);
        Steps<TRows>(block, group, quarter, 0, multipliers, bases, l0, h0, l1, h1, l2, h2, l3, h3, ref i0, ref i1, ref i2, ref i3);
        Steps<TRows>(block, group, quarter, 1, multipliers, bases, l0, h0, l1, h1, l2, h2, l3, h3, ref i0, ref i1, ref i2, ref i3);
        Steps<TRows>(block, group, quarter, 2, multipliers, bases, l0, h0, l1, h1, l2, h2, l3, h3, ref i0, ref i1, ref i2, ref i3);
        Steps<TRows>(block, group, quarter, 3, multipliers, bases, l0, h0, l1, h1, l2, h2, l3, h3, ref i0, ref i1, ref i2, ref i3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Steps<TRows>(
        byte* block, int group, int quarter, [ConstantExpected(Max = (byte)3)] byte step, Vector128<byte> multipliers, Vector128<byte> bases,
        Vector128<sbyte> l0, Vector128<sbyte> h0, Vector128<sbyte> l1, Vector128<sbyte> h1, Vector128<sbyte> l2, Vector128<sbyte> h2, Vector128<sbyte> l3, Vector128<sbyte> h3,
        ref Vector128<int> i0, ref Vector128<int> i1, ref Vector128<int> i2, ref Vector128<int> i3)
        where TRows : struct, IRows
    {
        TCodes.Steps(block, group, quarter, step, multipliers, bases, out var low, out var high);
        i0 = AdvSimdDot.AddQuad(AdvSimdDot.AddQuad(i0, low, l0, step), high, h0, step);
        if (TRows.Count > 1)
            i1 = AdvSimdDot.AddQuad(AdvSimdDot.AddQuad(i1, low, l1, step), high, h1, step);
        if (TRows.Count > 2)
        {
            i2 = AdvSimdDot.AddQuad(AdvSimdDot.AddQuad(i2, low, l2, step), high, h2, step);
            i3 = AdvSimdDot.AddQuad(AdvSimdDot.AddQuad(i3, low, l3, step), high, h3, step);
        }
    }

    /// <summary>One link of a row's sixteen chains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector128<int> i0, Vector128<int> i1, Vector128<int> i2, Vector128<int> i3, float d, float* y)
    {
        var scale = Vector128.Create(d);
        AdvSimd.FusedMultiplyAdd(Vector128.Load(y), AdvSimd.ConvertToSingle(i0), scale).Store(y);
        AdvSimd.FusedMultiplyAdd(Vector128.Load(y + 4), AdvSimd.ConvertToSingle(i1), scale).Store(y + 4);
        AdvSimd.FusedMultiplyAdd(Vector128.Load(y + 8), AdvSimd.ConvertToSingle(i2), scale).Store(y + 8);
        AdvSimd.FusedMultiplyAdd(Vector128.Load(y + 12), AdvSimd.ConvertToSingle(i3), scale).Store(y + 12);
    }

    private interface IRows
    {
        static abstract int Count { get; }
    }

    private readonly struct OneRow : IRows
    {
        public static int Count => 1;
    }

    private readonly struct TwoRows : IRows
    {
        public static int Count => 2;
    }

    private readonly struct FourRows : IRows
    {
        public static int Count => 4;
    }
}
