using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>
/// Many rows: a slice of some outputs is unpacked into this worker's scratch, where it stays in the nearest caches, and multiplied by four rows at a time. A chain that is
/// not at its end waits in scratch as the f32 it is.
/// </summary>
internal sealed unsafe class LossyPanelKernel<TCodes, TLanes, TVector> : RowBlockKernel
    where TCodes : struct, ILossyCodes
    where TLanes : struct, IPanelLanes<TVector>
    where TVector : struct
{
    private const int Tile = ActivationRows.TileRows;
    private static int Groups => TCodes.Format.SliceGroups;

    private static int Outputs => 2 * TLanes.Count;

    internal override int OutputStep => Outputs;

    internal override bool NeedsTiles => true;

    protected override void Panel(in Product product, ActivationRows x, int first, int valid, int row, int rows, byte* scratch)
    {
        var lossy = product.Weights.Lossy!;
        var scale = (float*)scratch;
        var y = scale + 64;
        var panel = (int*)(y + RowsAtOnce * Outputs);
        new Span<float>(y, (rows + Tile - 1) / Tile * Tile * Outputs).Clear();
        // Where the last panel of sixteen is the only one left, its neighbour's lanes compute it again and are not stored.
        byte* low = lossy.Panel(first / LossyFormat.Outputs), high = valid > LossyFormat.Outputs ? lossy.Panel(first / LossyFormat.Outputs + 1) : low;
        for (var o = 0; o < Outputs; o++)
            scale[o] = ((float*)(o < LossyFormat.Outputs ? low : high))[o % LossyFormat.Outputs];
        for (int from = 0, slice = 0; from < x.Groups; from += Groups, slice++)
        {
            var groups = Math.Min(Groups, x.Groups - from);
            for (var o = 0; o < Outputs; o += 8)
                Unpack((o < LossyFormat.Outputs ? low : high) + LossyFormat.ValuesAt + (long)from / 2 * TCodes.Format.BlockBytes, o >> 3 & 1, groups, panel + o, Outputs);
            for (var r = 0; r < rows; r += 4)
                Four(x, row + r, from, groups, slice, panel, y + r * Outputs);
        }
        for (var r = 0; r < rows; r++)
        {
            for (var o = 0; o < Outputs; o += 8)
                (Vector256.Load(y + r * Outputs + o) * Vector256.Load(scale + o)).Store(y + r * Outputs + o);
            Store(product, row + r, first, valid, y + r * Outputs, Outputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unpack(byte* block, int half, int groups, int* panel, int outputs)
    {
        var steps = stackalloc byte[8 * 32];
        for (var group = 0; group < groups; group++)
        {
            if (TLanes.HasDot)
            {
                TCodes.Unpack(block, group & 1, half, Vector256.Create((byte)0x80), (byte*)panel, outputs * sizeof(int));
            }
            else
            {
                TCodes.Unpack(block, group & 1, half, default, steps, 32);
                for (var step = 0; step < 8; step++)
                    Widen(Vector256.Load(steps + 32 * step), panel + 2 * step * outputs, outputs);
            }
            panel += (TLanes.HasDot ? 8 : 16) * outputs;
            block += (group & 1) * TCodes.Format.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector256<byte> quads, int* to, int step)
    {
        var words = quads.AsInt16();
        Avx2.ShiftRightArithmetic(Avx2.ShiftLeftLogical(words, 8), 8).AsInt32().Store(to);
        Avx2.ShiftRightArithmetic(words, 8).AsInt32().Store(to + step);
    }

    private static void Four(ActivationRows x, int row, int from, int groups, int slice, int* panel, float* y)
    {
        var tile = row / Tile;
        var r = row % Tile;
        var at = (long)tile * x.Groups + from;
        var d = x.TiledD + ((long)tile * x.Slices + slice) * Tile + r;
        if (!TLanes.HasDot)
        {
            Tiles(panel, 16 * groups, (int*)(x.TiledQ + at * Tile * 32) + r, d, 0, 0, 0, 0, y);
            return;
        }
        // Weights are 128 too large, which the sums begin below zero by.
        int s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        var sums = x.TiledSums + at * Tile + r;
        for (var g = 0; g < groups; g++, sums += Tile)
            (s0, s1, s2, s3) = (s0 - sums[0], s1 - sums[1], s2 - sums[2], s3 - sums[3]);
        Tiles(panel, 8 * groups, (int*)(x.TiledQ8 + at * Tile * 32) + r, d, s0 << 7, s1 << 7, s2 << 7, s3 << 7, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles(int* w, int steps, int* q, float* d, int s0, int s1, int s2, int s3, float* y)
    {
        var v = TLanes.Count;
        TVector a0 = TLanes.Broadcast(s0), a1 = TLanes.Broadcast(s1), a2 = TLanes.Broadcast(s2), a3 = TLanes.Broadcast(s3);
        TVector b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        for (; steps > 0; steps--, w += 2 * v, q += Tile)
        {
            TVector wa = TLanes.Load(w), wb = TLanes.Load(w + v);
            var x = TLanes.Broadcast(q[0]);
            a0 = Add(a0, wa, x);
            b0 = Add(b0, wb, x);
            x = TLanes.Broadcast(q[1]);
            a1 = Add(a1, wa, x);
            b1 = Add(b1, wb, x);
            x = TLanes.Broadcast(q[2]);
            a2 = Add(a2, wa, x);
            b2 = Add(b2, wb, x);
            x = TLanes.Broadcast(q[3]);
            a3 = Add(a3, wa, x);
            b3 = Add(b3, wb, x);
        }
        TLanes.LinkSlice(a0, d[0], y);
        TLanes.LinkSlice(b0, d[0], y + v);
        TLanes.LinkSlice(a1, d[1], y + 2 * v);
        TLanes.LinkSlice(b1, d[1], y + 3 * v);
        TLanes.LinkSlice(a2, d[2], y + 4 * v);
        TLanes.LinkSlice(b2, d[2], y + 5 * v);
        TLanes.LinkSlice(a3, d[3], y + 6 * v);
        TLanes.LinkSlice(b3, d[3], y + 7 * v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add(TVector sum, TVector weights, TVector x) => TLanes.HasDot ? TLanes.Dot(sum, weights, x) : TLanes.AddPairs(sum, weights, x);
}
