using System.Runtime.Intrinsics;
using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>
/// Many rows by generated AVX-512 VNNI code: a slice of 32 outputs is unpacked into this worker's scratch, where it stays in the nearest cache, and multiplied by eight
/// rows at a time, whose sums stay in registers. Between calls the next slice's weights are asked for.
/// </summary>
/// <param name="load">Makes code ready to be called.</param>
internal sealed unsafe class LossyVnniPanelKernel<TCodes>(Func<byte[][], Routines> load) : RowBlockKernel, IDisposable
    where TCodes : struct, ILossyCodes
{
    private const int Lanes = LossyFormat.Outputs;
    private const int Outputs = 2 * Lanes;
    private const int Tile = ActivationRows.TileRows;

    // Of int8 values.
    private const int BlockBytes = Lanes * LossyFormat.Block;
    private const int PanelBytes = LossyFormat.MaxSlice / LossyFormat.Block * BlockBytes;

    private readonly VnniBlockCode _code = new((panels, rows) => VnniSlices.Code(new VnniSliceShape(SliceValues.Unsigned, Tiled: true, Ahead: 0), panels, rows), load);

    internal override int OutputStep => Outputs;

    internal override bool NeedsTiles => true;

    /// <summary>Frees the code.</summary>
    public void Dispose() => _code.Dispose();

    protected override void Panel(in Product product, ActivationRows x, int first, int valid, int row, int rows, byte* scratch)
    {
        var lossy = product.Weights.Lossy!;
        var panels = (valid + Lanes - 1) / Lanes;
        var packed = lossy.Panel(first / Lanes);
        // The chains, [row][panel][16 outputs].
        var y = (float*)(scratch + 2 * PanelBytes);
        new Span<float>(y, rows * panels * Lanes).Clear();
        var call = new VnniSliceCall { Panel0 = scratch, Panel1 = scratch + PanelBytes };
        var (length, tiles) = (TCodes.Format.Slice, (rows + Tile - 1) / Tile);
        for (int from = 0, slice = 0; from < x.Columns; from += length, slice++)
        {
            call.Blocks = Math.Min(length, x.Columns - from) / LossyFormat.Block;
            var block = packed + LossyFormat.ValuesAt + (long)(from / LossyFormat.Block) * TCodes.Format.BlockBytes;
            for (var p = 0; p < panels; p++)
                LossyBlocks<TCodes>.Unpack(block + p * lossy.PanelBytes, (int)call.Blocks, scratch + p * PanelBytes, flip: 0x80);
            var ahead = Next(lossy, x.Columns, product.Weights.Rows, first, panels, from + length);
            for (var tile = 0; tile < tiles; tile++)
            {
                ahead.Prefetch(tile, tiles);
                var present = Math.Min(Tile, rows - tile * Tile);
                Take(x, row / Tile + tile, slice, from, ref call);
                call.Y = y + tile * Tile * panels * Lanes;
                _code.For(panels, present).Call(0, &call);
            }
        }
        for (var p = 0; p < panels; p++)
            for (var r = 0; r < rows; r++)
            {
                var chains = y + (r * panels + p) * Lanes;
                lossy.Scale(first / Lanes + p, chains);
                Store(product, row + r, first + p * Lanes, Math.Min(Lanes, valid - p * Lanes), chains, Lanes);
            }
    }

    /// <summary>The next slice of some panels, or the first one of the next panels.</summary>
    private static MemoryAhead Next(LossyMatrix lossy, int columns, int outputs, int first, int panels, int from)
    {
        if (from >= columns)
        {
            (first, from) = (first + Outputs, 0);
            panels = Math.Min(2, (outputs - first + Lanes - 1) / Lanes);
        }
        if (panels <= 0)
            return default;
        var blocks = Math.Min(TCodes.Format.Slice, columns - from) / LossyFormat.Block;
        var at = lossy.Panel(first / Lanes) + LossyFormat.ValuesAt + (long)(from / LossyFormat.Block) * TCodes.Format.BlockBytes;
        return new MemoryAhead(at, lossy.PanelBytes, panels, blocks * TCodes.Format.BlockBytes);
    }

    /// <summary>A tile's activations in a slice.</summary>
    private static void Take(ActivationRows x, int tile, int slice, int from, ref VnniSliceCall call)
    {
        var group = (long)tile * x.Groups + from / LossyFormat.Group;
        call.Q = x.TiledQ8 + group * LossyFormat.Group * Tile;
        var sums = Vector256<int>.Zero;
        for (var g = 0; g < call.Blocks * 2; g++)
            sums += Vector256.Load(x.TiledSums + (group + g) * Tile);
        fixed (int* starts = call.Starts)
            (-sums << 7).Store(starts);
        fixed (float* d = call.D)
            Vector256.Load(x.TiledD + ((long)tile * x.Slices + slice) * Tile).Store(d);
    }
}
