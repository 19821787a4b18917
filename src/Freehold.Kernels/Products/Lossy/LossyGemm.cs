using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks.Layouts;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>
/// Some rows by panels packed with loss, AVX2: a slice of sixteen outputs' int8 values stays in the first-level cache while all rows meet it, four at a time, and what is
/// loaded meets all four. w8 is read where it lies, w4 is expanded once for all rows. Chains wait in scratch between their links.
/// </summary>
internal sealed unsafe class LossyGemm<TCodes, TDot> : RowBlockKernel
    where TCodes : struct, ILossyCodes
    where TDot : struct, IByteDot
{
    private const int Outputs = LossyFormat.Outputs;

    // What is asked for ahead of the reading, in bytes: about what memory's latency takes.
    private const int Ahead = 4096;

    internal override int OutputStep => Outputs;

    private static bool Lies => typeof(TCodes) == typeof(W8Codes);

    protected override void Panel(in Product product, ActivationRows x, int first, int valid, int row, int rows, byte* scratch)
    {
        var lossy = product.Weights.Lossy!;
        var y = (float*)scratch;
        var unpacked = (byte*)(y + RowsAtOnce * Outputs);
        var block = lossy.Panel(first / Outputs) + LossyFormat.ValuesAt;
        new Span<float>(y, rows * Outputs).Clear();
        var slices = x.Slices;
        for (int from = 0, slice = 0; from < x.Columns; from += TCodes.Format.Slice, slice++)
        {
            var inputs = Math.Min(TCodes.Format.Slice, x.Columns - from);
            var blocks = inputs / LossyFormat.Block;
            if (!Lies)
                Unpack(block, blocks, unpacked);
            for (var r = 0; r < rows; r += 4)
            {
                var at = (long)(row + r) * x.Columns + from;
                var of = new Rows((int*)(x.Q8 + at), x.Columns / 4, x.D + (long)(row + r) * slices + slice, slices, x.Sums + at / LossyFormat.Group, x.Groups, y + r * Outputs);
                var w = Lies ? block : unpacked;
                // The first rows ask for what comes; the others find what they ask for.
                var ahead = r == 0 ? Ahead : 0;
                switch (rows - r)
                {
                    case 1: Multiply<OneRow>(w, inputs / 4, ahead, of); break;
                    case 2: Multiply<TwoRows>(w, inputs / 4, ahead, of); break;
                    case 3: Multiply<ThreeRows>(w, inputs / 4, ahead, of); break;
                    default: Multiply<FourRows>(w, inputs / 4, ahead, of); break;
                }
            }
            block += (long)blocks * TCodes.Format.BlockBytes;
        }
        for (var r = 0; r < rows; r++)
        {
            lossy.Scale(first / Outputs, y + r * Outputs);
            Store(product, row + r, first, valid, y + r * Outputs, Outputs);
        }
    }

    private static void Unpack(byte* block, int blocks, byte* to)
    {
        for (var line = 0; line < blocks * TCodes.Format.BlockBytes; line += 64)
            Sse.Prefetch0(block + Ahead + line);
        LossyBlocks<TCodes>.Unpack(block, blocks, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply<TCount>(byte* w, int steps, int ahead, Rows rows)
        where TCount : struct, IRowCount
    {
        int* q0 = rows.Q, q1 = q0 + rows.Quads, q2 = q1 + rows.Quads, q3 = q2 + rows.Quads;
        // Outputs 0 to 7 of each row, and 8 to 15.
        Vector256<int> l0 = default, l1 = default, l2 = default, l3 = default, h0 = default, h1 = default, h2 = default, h3 = default;
        for (nint at = 0; at < steps; at++, w += 64)
        {
            if (Lies)
                Sse.Prefetch0(w + ahead);
            Vector256<byte> low = Vector256.Load(w), high = Vector256.Load(w + 32);
            Vector256<byte> lows = TDot.Magnitudes<Q8_0Layout>(low), highs = TDot.Magnitudes<Q8_0Layout>(high);
            Add(lows, low, highs, high, q0 + at, ref l0, ref h0);
            if (TCount.Count > 1)
                Add(lows, low, highs, high, q1 + at, ref l1, ref h1);
            if (TCount.Count > 2)
                Add(lows, low, highs, high, q2 + at, ref l2, ref h2);
            if (TCount.Count > 3)
                Add(lows, low, highs, high, q3 + at, ref l3, ref h3);
        }
        Link(l0, h0, rows, 0, steps);
        if (TCount.Count > 1)
            Link(l1, h1, rows, 1, steps);
        if (TCount.Count > 2)
            Link(l2, h2, rows, 2, steps);
        if (TCount.Count > 3)
            Link(l3, h3, rows, 3, steps);
    }

    // Values are int8 as Q8_0's are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<byte> lows, Vector256<byte> low, Vector256<byte> highs, Vector256<byte> high, int* q, ref Vector256<int> l, ref Vector256<int> h)
    {
        var x = Vector256.Create(*q).AsSByte();
        l = TDot.Add<Q8_0Layout>(l, lows, low, x);
        h = TDot.Add<Q8_0Layout>(h, highs, high, x);
    }

    /// <summary>A link of sixteen chains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Link(Vector256<int> low, Vector256<int> high, in Rows rows, int row, int steps)
    {
        if (TDot.Offset<Q8_0Layout>() != 0)
        {
            var asum = 0;
            for (var group = 0; group < steps / (LossyFormat.Group / 4); group++)
                asum += rows.Sums[row * rows.Groups + group];
            var offset = Vector256.Create(TDot.Offset<Q8_0Layout>() * asum);
            low -= offset;
            high -= offset;
        }
        var d = Vector256.Create(rows.D[row * rows.Slices]);
        var y = rows.Y + row * Outputs;
        Fma.MultiplyAdd(Avx.ConvertToVector256Single(low), d, Vector256.Load(y)).Store(y);
        Fma.MultiplyAdd(Avx.ConvertToVector256Single(high), d, Vector256.Load(y + 8)).Store(y + 8);
    }

    /// <summary>Where up to four rows' values, scales and sums in a slice are, each so much further from row to row, and their chains.</summary>
    private readonly struct Rows(int* q, long quads, float* d, long slices, int* sums, long groups, float* y)
    {
        internal readonly int* Q = q;
        internal readonly long Quads = quads;
        internal readonly float* D = d;
        internal readonly long Slices = slices;
        internal readonly int* Sums = sums;
        internal readonly long Groups = groups;
        internal readonly float* Y = y;
    }
}
