using System.Runtime.CompilerServices;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products;

/// <summary>A panel's stretch times four rows: eight integer accumulators, two registers of outputs a row.</summary>
internal static unsafe class PanelTile<T, TLanes, TVector>
    where T : struct, IBlockLayout
    where TLanes : struct, IPanelLanes<TVector>
    where TVector : struct
{
    private const int Stride = ActivationRows.TileRows;

    // Groups of 16 take half the steps.
    private static int PairSteps
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Halves ? 8 : 16;
    }

    private static int QuadSteps
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Halves ? 4 : 8;
    }

    private static bool OneFold
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Largest <= 15 || T.Halves && T.Largest <= 31;
    }

    // What quads are too large by.
    private static int QuadOffset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Signed ? 128 : T.Offset;
    }

    /// <summary>int16 by int16, any type and both modes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Pairs(byte* panel, float* scale, float* minimum, int units, int* q, float* d, float* dsums, float* y)
    {
        var v = TLanes.Count;
        var w = (int*)panel;
        for (var unit = 0; unit < units; unit++)
        {
            TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            for (var step = 0; step < PairSteps; step++, w += 2 * v, q += Stride)
            {
                TVector wa = TLanes.Load(w), wb = TLanes.Load(w + v);
                var x = TLanes.Broadcast(q[0]);
                a0 = TLanes.AddPairs(a0, wa, x);
                b0 = TLanes.AddPairs(b0, wb, x);
                x = TLanes.Broadcast(q[1]);
                a1 = TLanes.AddPairs(a1, wa, x);
                b1 = TLanes.AddPairs(b1, wb, x);
                x = TLanes.Broadcast(q[2]);
                a2 = TLanes.AddPairs(a2, wa, x);
                b2 = TLanes.AddPairs(b2, wb, x);
                x = TLanes.Broadcast(q[3]);
                a3 = TLanes.AddPairs(a3, wa, x);
                b3 = TLanes.AddPairs(b3, wb, x);
            }
            Link(a0, a1, a2, a3, b0, b1, b2, b3, scale, minimum, d, dsums, unit, y);
            scale += 2 * v;
            minimum += 2 * v;
        }
    }

    /// <summary>Bytes by bytes by a dot product, any type, for int8 activations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Dots(byte* panel, float* scale, float* minimum, int units, int* q, float* d, int* sums, float* dsums, float* y)
    {
        var v = TLanes.Count;
        var w = (int*)panel;
        for (var unit = 0; unit < units; unit++)
        {
            var s = sums + Sum(unit);
            var a0 = TLanes.Broadcast(-QuadOffset * s[0]);
            var a1 = TLanes.Broadcast(-QuadOffset * s[1]);
            var a2 = TLanes.Broadcast(-QuadOffset * s[2]);
            var a3 = TLanes.Broadcast(-QuadOffset * s[3]);
            TVector b0 = a0, b1 = a1, b2 = a2, b3 = a3;
            for (var step = 0; step < QuadSteps; step++, w += 2 * v, q += Stride)
            {
                TVector wa = TLanes.Load(w), wb = TLanes.Load(w + v);
                var x = TLanes.Broadcast(q[0]);
                a0 = TLanes.Dot(a0, wa, x);
                b0 = TLanes.Dot(b0, wb, x);
                x = TLanes.Broadcast(q[1]);
                a1 = TLanes.Dot(a1, wa, x);
                b1 = TLanes.Dot(b1, wb, x);
                x = TLanes.Broadcast(q[2]);
                a2 = TLanes.Dot(a2, wa, x);
                b2 = TLanes.Dot(b2, wb, x);
                x = TLanes.Broadcast(q[3]);
                a3 = TLanes.Dot(a3, wa, x);
                b3 = TLanes.Dot(b3, wb, x);
            }
            Link(a0, a1, a2, a3, b0, b1, b2, b3, scale, minimum, d, dsums, unit, y);
            scale += 2 * v;
            minimum += 2 * v;
        }
    }

    /// <summary>Bytes by bytes through int16 sums, for int8 activations and types whose sums fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Quads(byte* panel, float* scale, float* minimum, int units, int* q, float* d, int* sums, float* dsums, float* y)
    {
        var v = TLanes.Count;
        var w = (int*)panel;
        for (var unit = 0; unit < units; unit++)
        {
            // What the weights are too large by is what the sums begin below zero by.
            TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            if (QuadOffset != 0)
            {
                var s = sums + Sum(unit);
                a0 = b0 = Begin(s[0]);
                a1 = b1 = Begin(s[1]);
                a2 = b2 = Begin(s[2]);
                a3 = b3 = Begin(s[3]);
            }
            if (OneFold)
            {
                for (var step = 0; step < QuadSteps; step++, w += 2 * v, q += Stride)
                {
                    TVector wa = TLanes.Load(w), wb = TLanes.Load(w + v);
                    var x = TLanes.Broadcast(q[0]);
                    a0 = TLanes.AddShorts(a0, TLanes.Shorts(wa, x));
                    b0 = TLanes.AddShorts(b0, TLanes.Shorts(wb, x));
                    x = TLanes.Broadcast(q[1]);
                    a1 = TLanes.AddShorts(a1, TLanes.Shorts(wa, x));
                    b1 = TLanes.AddShorts(b1, TLanes.Shorts(wb, x));
                    x = TLanes.Broadcast(q[2]);
                    a2 = TLanes.AddShorts(a2, TLanes.Shorts(wa, x));
                    b2 = TLanes.AddShorts(b2, TLanes.Shorts(wb, x));
                    x = TLanes.Broadcast(q[3]);
                    a3 = TLanes.AddShorts(a3, TLanes.Shorts(wa, x));
                    b3 = TLanes.AddShorts(b3, TLanes.Shorts(wb, x));
                }
                a0 = TLanes.FoldShorts(a0);
                b0 = TLanes.FoldShorts(b0);
                a1 = TLanes.FoldShorts(a1);
                b1 = TLanes.FoldShorts(b1);
                a2 = TLanes.FoldShorts(a2);
                b2 = TLanes.FoldShorts(b2);
                a3 = TLanes.FoldShorts(a3);
                b3 = TLanes.FoldShorts(b3);
            }
            else
            {
                // Two steps of 2 * Largest * 127 fit into int16, which costs fewer registers than sums of their own.
                for (var step = 0; step < QuadSteps; step += 2, w += 4 * v, q += 2 * Stride)
                {
                    TVector wa = TLanes.Load(w), wb = TLanes.Load(w + v), wc = TLanes.Load(w + 2 * v), wd = TLanes.Load(w + 3 * v);
                    TVector x = TLanes.Broadcast(q[0]), z = TLanes.Broadcast(q[Stride]);
                    a0 = AddTwo(a0, wa, x, wc, z);
                    b0 = AddTwo(b0, wb, x, wd, z);
                    (x, z) = (TLanes.Broadcast(q[1]), TLanes.Broadcast(q[Stride + 1]));
                    a1 = AddTwo(a1, wa, x, wc, z);
                    b1 = AddTwo(b1, wb, x, wd, z);
                    (x, z) = (TLanes.Broadcast(q[2]), TLanes.Broadcast(q[Stride + 2]));
                    a2 = AddTwo(a2, wa, x, wc, z);
                    b2 = AddTwo(b2, wb, x, wd, z);
                    (x, z) = (TLanes.Broadcast(q[3]), TLanes.Broadcast(q[Stride + 3]));
                    a3 = AddTwo(a3, wa, x, wc, z);
                    b3 = AddTwo(b3, wb, x, wd, z);
                }
            }
            Link(a0, a1, a2, a3, b0, b1, b2, b3, scale, minimum, d, dsums, unit, y);
            scale += 2 * v;
            minimum += 2 * v;
        }
    }

    /// <summary>Signed bytes by bytes: magnitudes times activations of the weights' signs, at most 2 * 128 * 127 = 32,512, for int8 activations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SignedQuads(byte* panel, float* scale, float* minimum, int units, int* q, float* d, float* dsums, float* y)
    {
        var v = TLanes.Count;
        var w = (int*)panel;
        for (var unit = 0; unit < units; unit++)
        {
            TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            for (var step = 0; step < QuadSteps; step++, w += 2 * v, q += Stride)
            {
                TVector wa = TLanes.Load(w), wb = TLanes.Load(w + v), ma = TLanes.Magnitude(wa), mb = TLanes.Magnitude(wb);
                var x = TLanes.Broadcast(q[0]);
                a0 = AddSigned(a0, ma, wa, x);
                b0 = AddSigned(b0, mb, wb, x);
                x = TLanes.Broadcast(q[1]);
                a1 = AddSigned(a1, ma, wa, x);
                b1 = AddSigned(b1, mb, wb, x);
                x = TLanes.Broadcast(q[2]);
                a2 = AddSigned(a2, ma, wa, x);
                b2 = AddSigned(b2, mb, wb, x);
                x = TLanes.Broadcast(q[3]);
                a3 = AddSigned(a3, ma, wa, x);
                b3 = AddSigned(b3, mb, wb, x);
            }
            Link(a0, a1, a2, a3, b0, b1, b2, b3, scale, minimum, d, dsums, unit, y);
            scale += 2 * v;
            minimum += 2 * v;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddTwo(TVector sum, TVector first, TVector x, TVector second, TVector z) =>
        TLanes.Add(sum, TLanes.FoldShorts(TLanes.AddShorts(TLanes.Shorts(first, x), TLanes.Shorts(second, z))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddSigned(TVector sum, TVector magnitudes, TVector weights, TVector x) =>
        TLanes.Add(sum, TLanes.FoldShorts(TLanes.Shorts(magnitudes, TLanes.Signed(x, weights))));

    /// <summary>
    /// A sum that begins at what the offset adds. Where one int16 sum takes a whole unit, the lower one begins there: it ends within
    /// 8 * 127 * 32 = 32,512 of zero, so what wraps in between does not matter.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Begin(int sum)
    {
        var begin = -QuadOffset * sum;
        return TLanes.Broadcast(OneFold ? (ushort)begin : begin);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Link(
        TVector a0, TVector a1, TVector a2, TVector a3, TVector b0, TVector b1, TVector b2, TVector b3,
        float* scale, float* minimum, float* d, float* dsums, int unit, float* y)
    {
        var v = TLanes.Count;
        d += (T.Halves ? unit >> 1 : unit) * Stride;
        TLanes.Link(a0, scale, d[0], y);
        TLanes.Link(b0, scale + v, d[0], y + v);
        TLanes.Link(a1, scale, d[1], y + 2 * v);
        TLanes.Link(b1, scale + v, d[1], y + 3 * v);
        TLanes.Link(a2, scale, d[2], y + 4 * v);
        TLanes.Link(b2, scale + v, d[2], y + 5 * v);
        TLanes.Link(a3, scale, d[3], y + 6 * v);
        TLanes.Link(b3, scale + v, d[3], y + 7 * v);
        if (!T.HasMinimum)
            return;
        var s = dsums + Sum(unit);
        for (var r = 0; r < 4; r++)
        {
            TLanes.LinkMinimum(minimum, s[r], y + 2 * r * v);
            TLanes.LinkMinimum(minimum + v, s[r], y + (2 * r + 1) * v);
        }
    }

    // [group][low half, high half, both][rows of a tile]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum(int unit) => T.Halves ? ((unit >> 1) * 3 + (unit & 1)) * Stride : (unit * 3 + 2) * Stride;
}
