using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products;

/// <summary>
/// Many rows, in AVX-512: 32 outputs are unpacked to int16 pairs in this worker's scratch, a stretch of the inputs at a time, and multiplied by tiles of
/// eight rows in 16 integer accumulators. Lanes are outputs, so the chain of each is the oracle's.
/// <code>
/// panel  [group][16 pairs][32 outputs][2] int16      tile  [group][16 pairs][8 rows][2] int16
/// </code>
/// </summary>
internal sealed unsafe class PanelKernel<TBlock> : ProductKernel
    where TBlock : struct, IVectorBlock
{
    private const int Outputs = 32;
    private const int Tile = ActivationRows.TileRows;
    private const int RowsAtOnce = 512;

    // 64 groups of 2 KiB: half of the smallest second-level cache in use.
    private const int GroupsAtOnce = 64;
    private readonly OctetKernel<TBlock> _rest = new();

    internal override int OutputStep => Outputs;

    internal override bool NeedsTiles => true;

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var end = first + count;
        for (; first + Outputs <= end; first += Outputs)
            for (var row = 0; row < x.Rows; row += RowsAtOnce)
                Panel(product, x, first, row, Math.Min(RowsAtOnce, x.Rows - row), scratch);
        if (first < end)
            _rest.Multiply(product, x, first, end - first, scratch);
    }

    private static void Panel(in Product product, ActivationRows x, int first, int row, int rows, byte* scratch)
    {
        var weights = product.Weights;
        var format = BlockFormat.Of(TBlock.Type);
        var panel = (short*)scratch;
        var scales = (float*)(panel + GroupsAtOnce * 32 * Outputs);
        var minimums = scales + GroupsAtOnce * 2 * Outputs;
        var y = minimums + GroupsAtOnce * 2 * Outputs;
        var tiles = (rows + Tile - 1) / Tile;
        new Span<float>(y, tiles * Tile * Outputs).Clear();
        var groups = x.Groups;
        for (var from = 0; from < groups; from += GroupsAtOnce)
        {
            var here = Math.Min(GroupsAtOnce, groups - from);
            Pack(weights, format, first, from, here, panel, scales, minimums);
            for (var tile = 0; tile < tiles; tile++)
            {
                var at = (long)(row / Tile + tile) * groups + from;
                var chains = y + tile * Tile * Outputs;
                if (format.ScaleGroup == 32)
                    Groups32(x, at, here, panel, scales, format.HasMinimum ? minimums : null, chains);
                else
                    Groups16(x, at, here, panel, scales, format.HasMinimum ? minimums : null, chains);
            }
        }
        for (var r = 0; r < rows; r++)
            for (var o = 0; o < Outputs; o += 16)
            {
                var value = Vector512.Load(y + r * Outputs + o);
                if (product.Bias is not null)
                    value += Vector512.Load(product.Bias + first + o);
                var to = product.Output + (row + r) * product.OutputStride + first + o;
                (product.Accumulate ? Vector512.Load(to) + value : value).Store(to);
            }
    }

    private static void Groups32(ActivationRows x, long at, int groups, short* panel, float* scales, float* minimums, float* y)
    {
        for (var g = 0; g < groups; g++, panel += 32 * Outputs, scales += Outputs)
        {
            Vector512<int> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
            Vector512<int> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
            var q = (int*)(x.TiledQ + (at + g) * Tile * 32);
            var w = panel;
            for (var pair = 0; pair < 16; pair++, w += 2 * Outputs, q += Tile)
            {
                Vector512<short> wa = Vector512.Load(w), wb = Vector512.Load(w + Outputs);
                var v = Vector512.Create(q[0]).AsInt16();
                a0 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b0 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[1]).AsInt16();
                a1 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b1 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[2]).AsInt16();
                a2 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b2 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[3]).AsInt16();
                a3 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b3 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[4]).AsInt16();
                a4 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b4 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[5]).AsInt16();
                a5 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b5 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[6]).AsInt16();
                a6 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b6 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[7]).AsInt16();
                a7 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b7 += Avx512BW.MultiplyAddAdjacent(wb, v);
            }
            Vector512<float> sa = Vector512.Load(scales), sb = Vector512.Load(scales + 16);
            var d = x.TiledD + (at + g) * Tile;
            Link(a0, b0, sa, sb, d[0], y);
            Link(a1, b1, sa, sb, d[1], y + Outputs);
            Link(a2, b2, sa, sb, d[2], y + 2 * Outputs);
            Link(a3, b3, sa, sb, d[3], y + 3 * Outputs);
            Link(a4, b4, sa, sb, d[4], y + 4 * Outputs);
            Link(a5, b5, sa, sb, d[5], y + 5 * Outputs);
            Link(a6, b6, sa, sb, d[6], y + 6 * Outputs);
            Link(a7, b7, sa, sb, d[7], y + 7 * Outputs);
            if (minimums is null)
                continue;
            Vector512<float> ma = Vector512.Load(minimums), mb = Vector512.Load(minimums + 16);
            minimums += Outputs;
            var sums = x.TiledSums + (at + g) * 2 * Tile;
            for (var r = 0; r < Tile; r++)
                AddMinimum(ma, mb, d[r] * (sums[r] + sums[Tile + r]), y + r * Outputs);
        }
    }

    private static void Groups16(ActivationRows x, long at, int groups, short* panel, float* scales, float* minimums, float* y)
    {
        for (var half = 0; half < 2 * groups; half++, panel += 16 * Outputs, scales += Outputs)
        {
            Vector512<int> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
            Vector512<int> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
            var q = (int*)(x.TiledQ + at * Tile * 32 + (long)half * Tile * 16);
            var w = panel;
            for (var pair = 0; pair < 8; pair++, w += 2 * Outputs, q += Tile)
            {
                Vector512<short> wa = Vector512.Load(w), wb = Vector512.Load(w + Outputs);
                var v = Vector512.Create(q[0]).AsInt16();
                a0 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b0 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[1]).AsInt16();
                a1 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b1 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[2]).AsInt16();
                a2 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b2 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[3]).AsInt16();
                a3 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b3 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[4]).AsInt16();
                a4 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b4 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[5]).AsInt16();
                a5 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b5 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[6]).AsInt16();
                a6 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b6 += Avx512BW.MultiplyAddAdjacent(wb, v);
                v = Vector512.Create(q[7]).AsInt16();
                a7 += Avx512BW.MultiplyAddAdjacent(wa, v);
                b7 += Avx512BW.MultiplyAddAdjacent(wb, v);
            }
            Vector512<float> sa = Vector512.Load(scales), sb = Vector512.Load(scales + 16);
            var d = x.TiledD + (at + half / 2) * Tile;
            Link(a0, b0, sa, sb, d[0], y);
            Link(a1, b1, sa, sb, d[1], y + Outputs);
            Link(a2, b2, sa, sb, d[2], y + 2 * Outputs);
            Link(a3, b3, sa, sb, d[3], y + 3 * Outputs);
            Link(a4, b4, sa, sb, d[4], y + 4 * Outputs);
            Link(a5, b5, sa, sb, d[5], y + 5 * Outputs);
            Link(a6, b6, sa, sb, d[6], y + 6 * Outputs);
            Link(a7, b7, sa, sb, d[7], y + 7 * Outputs);
            if (minimums is null)
                continue;
            Vector512<float> ma = Vector512.Load(minimums), mb = Vector512.Load(minimums + 16);
            minimums += Outputs;
            var sums = x.TiledSums + at * 2 * Tile + half * Tile;
            for (var r = 0; r < Tile; r++)
                AddMinimum(ma, mb, d[r] * sums[r], y + r * Outputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Link(Vector512<int> a, Vector512<int> b, Vector512<float> sa, Vector512<float> sb, float d, float* y)
    {
        var da = Vector512.Create(d);
        Avx512F.FusedMultiplyAdd(Vector512.ConvertToSingle(a), sa * da, Vector512.Load(y)).Store(y);
        Avx512F.FusedMultiplyAdd(Vector512.ConvertToSingle(b), sb * da, Vector512.Load(y + 16)).Store(y + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddMinimum(Vector512<float> ma, Vector512<float> mb, float dsum, float* y)
    {
        var s = Vector512.Create(dsum);
        Avx512F.FusedMultiplyAdd(ma, s, Vector512.Load(y)).Store(y);
        Avx512F.FusedMultiplyAdd(mb, s, Vector512.Load(y + 16)).Store(y + 16);
    }

    private static void Pack(WeightMatrix weights, BlockFormat format, int first, int from, int groups, short* panel, float* scales, float* minimums)
    {
        var chunks = format.BlockLength / 32;
        var scalesPerChunk = 32 / format.ScaleGroup;
        var scale = stackalloc float[32];
        var values = stackalloc int[16];
        for (var o = 0; o < Outputs; o++)
        {
            var row = weights.Row(first + o);
            var held = -1;
            for (var g = 0; g < groups; g++)
            {
                var (number, chunk) = ((from + g) / chunks, (from + g) % chunks);
                var block = row + (long)number * format.BlockBytes;
                if (number != held)
                {
                    ScalarBlocks.Scales(TBlock.Type, block, scale, scale + 16);
                    held = number;
                }
                for (var s = 0; s < scalesPerChunk; s++)
                {
                    scales[(g * scalesPerChunk + s) * Outputs + o] = scale[chunk * scalesPerChunk + s];
                    minimums[(g * scalesPerChunk + s) * Outputs + o] = scale[16 + chunk * scalesPerChunk + s];
                }
                var bytes = TBlock.Values(block, chunk);
                Avx512BW.ConvertToVector512Int16(bytes).AsInt32().Store(values);
                var to = (int*)(panel + g * 32 * Outputs) + o;
                for (var pair = 0; pair < 16; pair++)
                    to[pair * Outputs] = values[pair];
            }
        }
    }
}
