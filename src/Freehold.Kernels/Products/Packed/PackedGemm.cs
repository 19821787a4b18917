using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products.Packed;

/// <summary>
/// Some rows by packed panels, AVX2: a stretch of sixteen outputs' values stays in the first-level cache while all rows meet it, four at a time. Sums take half of the
/// registers, so chains wait in scratch between their links.
/// </summary>
internal sealed unsafe class PackedGemm<T, TPlanes, TScales, TDot> : RowBlockKernel
    where T : struct, IBlockLayout
    where TPlanes : struct, ICodePlanes
    where TScales : struct, IPanelScales
    where TDot : struct, IByteDot
{
    private const int Outputs = PackedFormat.Outputs;

    // A stretch, in groups of 32 inputs: a K-quant's block.
    private const int Stretch = 8;

    // What is asked for ahead of the reading, in bytes: about what memory's latency takes.
    private const int Ahead = 4096;

    internal override int OutputStep => Outputs;

    // A group's activations.
    private static int RowDwords => TDot.TakesWords ? 16 : 8;

    // Bytes and nibbles are read where they lie; what is made of several planes is unpacked once for all rows.
    private static bool Lies => TPlanes.Bits is 8 or 4;

    protected override void Panel(in Product product, ActivationRows x, int first, int valid, int row, int rows, byte* scratch)
    {
        var packed = product.Weights.Packed!;
        var scale = (float*)scratch;
        var minimum = scale + 2 * Stretch * Outputs;
        var unpacked = (byte*)(minimum + 2 * Stretch * Outputs);
        var y = (float*)(unpacked + Stretch * 32 * Outputs);
        var scales = packed.Panel(first / Outputs);
        var values = scales + packed.ValuesAt;
        new Span<float>(y, rows * Outputs).Clear();
        for (var from = 0; from < x.Groups; from += Stretch)
        {
            var groups = Math.Min(Stretch, x.Groups - from);
            Scales(scales, groups / T.BlockRuns, scale, minimum);
            if (!Lies)
                Unpack(values, groups, unpacked);
            for (var r = 0; r < rows; r += 4)
            {
                var at = (long)(row + r) * x.Groups + from;
                var of = new Rows(TDot.TakesWords ? (int*)x.Q + at * RowDwords : (int*)x.Q8 + at * RowDwords, x.D + at, x.Sums + 2 * at, x.Groups, y + r * Outputs);
                // The first rows ask for what comes; the others find what they ask for.
                var ahead = r == 0 ? Ahead : 0;
                var w = Lies ? values : unpacked;
                switch (rows - r)
                {
                    case 1: Multiply<OneRow>(w, groups, ahead, scale, minimum, of); break;
                    case 2: Multiply<TwoRows>(w, groups, ahead, scale, minimum, of); break;
                    case 3: Multiply<ThreeRows>(w, groups, ahead, scale, minimum, of); break;
                    default: Multiply<FourRows>(w, groups, ahead, scale, minimum, of); break;
                }
            }
            scales += (long)(groups / T.BlockRuns) * TScales.BlockBytes;
            values += (long)groups * TPlanes.Bits * 64;
        }
        for (var r = 0; r < rows; r++)
            Store(product, row + r, first, valid, y + r * Outputs, Outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Scales(byte* scales, int blocks, float* scale, float* minimum)
    {
        TScales.Read(scales, 0, blocks, scale, minimum, Outputs);
        TScales.Read(scales, 1, blocks, scale + 8, minimum + 8, Outputs);
    }

    /// <summary>Groups of [8 steps][16 outputs][4 bytes].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Unpack(byte* run, int groups, byte* to)
    {
        for (; groups > 0; groups--, run += TPlanes.Bits * 64, to += 32 * Outputs)
        {
            for (var line = 0; line < TPlanes.Bits * 64; line += 64)
                Sse.Prefetch0(run + Ahead + line);
            for (var half = 0; half < 64; half += 32)
            {
                Step(run + half, 0, to + half);
                Step(run + half, 1, to + half);
                Step(run + half, 2, to + half);
                Step(run + half, 3, to + half);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(byte* run, int j, byte* to)
    {
        TPlanes.Steps(run, j, out var first, out var second);
        first.Store(to + 64 * j);
        second.Store(to + 64 * (j + 4));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply<TCount>(byte* w, int groups, int ahead, float* scale, float* minimum, Rows rows)
        where TCount : struct, IRowCount
    {
        var further = rows.Groups * RowDwords;
        int* q0 = rows.Q, q1 = q0 + further, q2 = q1 + further, q3 = q2 + further;
        float* d = rows.D, y = rows.Y;
        var sums = rows.Sums;
        var stride = rows.Groups;
        // The step, in all rows' activations.
        nint at = 0;
        for (var unit = 0; unit < (T.Halves ? 2 * groups : groups); unit++)
        {
            // Outputs 0 to 7 of each row, and 8 to 15.
            Vector256<int> l0 = default, l1 = default, l2 = default, l3 = default, h0 = default, h1 = default, h2 = default, h3 = default;
            if (TPlanes.Bits == 4)
            {
                for (var end = at + 4; at < end; at++, w += 64)
                {
                    Sse.Prefetch0(w + ahead);
                    if (TDot.AddsTwo<T>())
                    {
                        AddTwo<TCount>(
                            Nibbles(w, false), Nibbles(w + 32, false), Nibbles(w, true), Nibbles(w + 32, true), 4, q0 + at, q1 + at, q2 + at, q3 + at,
                            ref l0, ref l1, ref l2, ref l3, ref h0, ref h1, ref h2, ref h3);
                        continue;
                    }
                    Add<TCount>(Nibbles(w, false), Nibbles(w + 32, false), q0 + at, q1 + at, q2 + at, q3 + at, ref l0, ref l1, ref l2, ref l3, ref h0, ref h1, ref h2, ref h3);
                    Add<TCount>(Nibbles(w, true), Nibbles(w + 32, true), q0 + at + 4, q1 + at + 4, q2 + at + 4, q3 + at + 4, ref l0, ref l1, ref l2, ref l3, ref h0, ref h1, ref h2, ref h3);
                }
                at += 4;
            }
            else if (TDot.AddsTwo<T>())
            {
                for (var end = at + (T.Halves ? 4 : 8); at < end; at += 2, w += 128)
                    AddTwo<TCount>(
                        Vector256.Load(w), Vector256.Load(w + 32), Vector256.Load(w + 64), Vector256.Load(w + 96), 1, q0 + at, q1 + at, q2 + at, q3 + at,
                        ref l0, ref l1, ref l2, ref l3, ref h0, ref h1, ref h2, ref h3);
            }
            else
            {
                for (var end = at + (T.Halves ? 4 : 8); at < end; at++, w += 64)
                {
                    if (TPlanes.Bits == 8)
                        Sse.Prefetch0(w + ahead);
                    Add<TCount>(Vector256.Load(w), Vector256.Load(w + 32), q0 + at, q1 + at, q2 + at, q3 + at, ref l0, ref l1, ref l2, ref l3, ref h0, ref h1, ref h2, ref h3);
                }
            }
            Link(l0, h0, scale, minimum, d[0], Sum(sums), y);
            if (TCount.Count > 1)
                Link(l1, h1, scale, minimum, d[stride], Sum(sums + 2 * stride), y + Outputs);
            if (TCount.Count > 2)
                Link(l2, h2, scale, minimum, d[2 * stride], Sum(sums + 4 * stride), y + 2 * Outputs);
            if (TCount.Count > 3)
                Link(l3, h3, scale, minimum, d[3 * stride], Sum(sums + 6 * stride), y + 3 * Outputs);
            // A group's odd ones are behind its even ones.
            if (TDot.TakesWords && (!T.Halves || (unit & 1) == 1))
                at += 8;
            scale += Outputs;
            minimum += Outputs;
            sums += T.Halves ? 1 : 2;
            d += T.Halves ? unit & 1 : 1;
        }
    }

    // Of the two steps that a vector of nibbles holds one; the JIT drops the other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Nibbles(byte* run, bool second)
    {
        TPlanes.Steps(run, 0, out var low, out var high);
        return second ? high : low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TCount>(
        Vector256<byte> low, Vector256<byte> high, int* q0, int* q1, int* q2, int* q3,
        ref Vector256<int> l0, ref Vector256<int> l1, ref Vector256<int> l2, ref Vector256<int> l3,
        ref Vector256<int> h0, ref Vector256<int> h1, ref Vector256<int> h2, ref Vector256<int> h3)
        where TCount : struct, IRowCount
    {
        if (TDot.TakesWords)
        {
            Vector256<short> lowEven = WordDot.Even<T>(low), lowOdd = WordDot.Odd<T>(low), highEven = WordDot.Even<T>(high), highOdd = WordDot.Odd<T>(high);
            AddWords(lowEven, lowOdd, highEven, highOdd, q0, ref l0, ref h0);
            if (TCount.Count > 1)
                AddWords(lowEven, lowOdd, highEven, highOdd, q1, ref l1, ref h1);
            if (TCount.Count > 2)
                AddWords(lowEven, lowOdd, highEven, highOdd, q2, ref l2, ref h2);
            if (TCount.Count > 3)
                AddWords(lowEven, lowOdd, highEven, highOdd, q3, ref l3, ref h3);
            return;
        }
        Vector256<byte> lows = TDot.Magnitudes<T>(low), highs = TDot.Magnitudes<T>(high);
        var x = Vector256.Create(*q0).AsSByte();
        l0 = TDot.Add<T>(l0, lows, low, x);
        h0 = TDot.Add<T>(h0, highs, high, x);
        if (TCount.Count > 1)
        {
            x = Vector256.Create(*q1).AsSByte();
            l1 = TDot.Add<T>(l1, lows, low, x);
            h1 = TDot.Add<T>(h1, highs, high, x);
        }
        if (TCount.Count > 2)
        {
            x = Vector256.Create(*q2).AsSByte();
            l2 = TDot.Add<T>(l2, lows, low, x);
            h2 = TDot.Add<T>(h2, highs, high, x);
        }
        if (TCount.Count > 3)
        {
            x = Vector256.Create(*q3).AsSByte();
            l3 = TDot.Add<T>(l3, lows, low, x);
            h3 = TDot.Add<T>(h3, highs, high, x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddWords(
        Vector256<short> lowEven, Vector256<short> lowOdd, Vector256<short> highEven, Vector256<short> highOdd, int* q, ref Vector256<int> l, ref Vector256<int> h)
    {
        Vector256<short> even = Vector256.Create(q[0]).AsInt16(), odd = Vector256.Create(q[8]).AsInt16();
        l = l + Avx2.MultiplyAddAdjacent(lowEven, even) + Avx2.MultiplyAddAdjacent(lowOdd, odd);
        h = h + Avx2.MultiplyAddAdjacent(highEven, even) + Avx2.MultiplyAddAdjacent(highOdd, odd);
    }

    // The second step's activations are `further` dwords behind the first's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTwo<TCount>(
        Vector256<byte> low, Vector256<byte> high, Vector256<byte> nextLow, Vector256<byte> nextHigh, int further, int* q0, int* q1, int* q2, int* q3,
        ref Vector256<int> l0, ref Vector256<int> l1, ref Vector256<int> l2, ref Vector256<int> l3,
        ref Vector256<int> h0, ref Vector256<int> h1, ref Vector256<int> h2, ref Vector256<int> h3)
        where TCount : struct, IRowCount
    {
        Vector256<sbyte> x = Vector256.Create(*q0).AsSByte(), next = Vector256.Create(q0[further]).AsSByte();
        l0 = TDot.AddTwo(l0, low, x, nextLow, next);
        h0 = TDot.AddTwo(h0, high, x, nextHigh, next);
        if (TCount.Count > 1)
        {
            (x, next) = (Vector256.Create(*q1).AsSByte(), Vector256.Create(q1[further]).AsSByte());
            l1 = TDot.AddTwo(l1, low, x, nextLow, next);
            h1 = TDot.AddTwo(h1, high, x, nextHigh, next);
        }
        if (TCount.Count > 2)
        {
            (x, next) = (Vector256.Create(*q2).AsSByte(), Vector256.Create(q2[further]).AsSByte());
            l2 = TDot.AddTwo(l2, low, x, nextLow, next);
            h2 = TDot.AddTwo(h2, high, x, nextHigh, next);
        }
        if (TCount.Count > 3)
        {
            (x, next) = (Vector256.Create(*q3).AsSByte(), Vector256.Create(q3[further]).AsSByte());
            l3 = TDot.AddTwo(l3, low, x, nextLow, next);
            h3 = TDot.AddTwo(h3, high, x, nextHigh, next);
        }
    }

    // Of the activations of a unit: a half or a group.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum(int* sums) => T.Halves ? sums[0] : sums[0] + sums[1];

    /// <summary>A link of sixteen chains: the exact sum times both scales, then the minimum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Link(Vector256<int> low, Vector256<int> high, float* scale, float* minimum, float d, int asum, float* y)
    {
        low = TDot.End<T>(low);
        high = TDot.End<T>(high);
        if (TDot.Offset<T>() != 0)
        {
            var offset = Vector256.Create(TDot.Offset<T>() * asum);
            low -= offset;
            high -= offset;
        }
        var da = Vector256.Create(d);
        var y0 = Fma.MultiplyAdd(Avx.ConvertToVector256Single(low), Vector256.Load(scale) * da, Vector256.Load(y));
        var y1 = Fma.MultiplyAdd(Avx.ConvertToVector256Single(high), Vector256.Load(scale + 8) * da, Vector256.Load(y + 8));
        if (T.HasMinimum)
        {
            var dsum = Vector256.Create(d * asum);
            y0 = Fma.MultiplyAdd(Vector256.Load(minimum), dsum, y0);
            y1 = Fma.MultiplyAdd(Vector256.Load(minimum + 8), dsum, y1);
        }
        y0.Store(y);
        y1.Store(y + 8);
    }

    /// <summary>Where up to four rows' values, scales and sums are, each row's <see cref="Groups"/> groups further, and their chains.</summary>
    private readonly struct Rows(int* q, float* d, int* sums, long groups, float* y)
    {
        internal readonly int* Q = q;
        internal readonly float* D = d;
        internal readonly int* Sums = sums;
        internal readonly long Groups = groups;
        internal readonly float* Y = y;
    }
}
