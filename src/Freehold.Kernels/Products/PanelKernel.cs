using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Products;

/// <summary>
/// Many rows: some outputs, packed or as stored, are unpacked into this worker's scratch with outputs as lanes, a stretch of the inputs at a time so that the panel stays in
/// the second-level cache, and multiplied by tiles of rows. A chain that is not at its end waits in scratch as the f32 it is, so stretches do not show.
/// </summary>
internal sealed unsafe class PanelKernel<T, TPlanes, TScales, TLanes, TVector>(bool quads, ChosenKernels chosen) : RowBlockKernel
    where T : struct, IBlockLayout
    where TPlanes : struct, ICodePlanes
    where TScales : struct, IPanelScales
    where TLanes : struct, IPanelLanes<TVector>
    where TVector : struct
{
    private const int Tile = ActivationRows.TileRows;
    private const int MostGroups = KernelChoice.MostStretch;

    private static int Outputs => 2 * TLanes.Count;

    internal override int OutputStep => Outputs;

    internal override bool NeedsTiles => true;

    // Signed quads stay signed where bytes can take others' signs.
    private static bool BySigns => T.Signed && TLanes.HasSigns;

    protected override void Panel(in Product product, ActivationRows x, int first, int valid, int row, int rows, byte* scratch)
    {
        var rowsOf = (byte**)scratch;
        var scale = (float*)(scratch + 512);
        var minimum = scale + MostGroups * 2 * Outputs;
        var y = minimum + MostGroups * 2 * Outputs;
        var panel = (byte*)(y + RowsAtOnce * Outputs);
        var packed = product.Weights.Packed;
        for (var o = 0; o < Outputs && packed is null; o++)
            rowsOf[o] = product.Weights.Row(first + Math.Min(o, valid - 1));
        new Span<float>(y, (rows + Tile - 1) / Tile * Tile * Outputs).Clear();
        var stretch = chosen.Now.Stretch;
        for (var from = 0; from < x.Groups; from += stretch)
        {
            var groups = Math.Min(stretch, x.Groups - from);
            for (var o = 0; o < Outputs; o += 8)
            {
                if (packed is null)
                    PanelPacker.Eight<T>(rowsOf + o, from, groups, quads, (int*)panel + o, scale + o, minimum + o, Outputs, quads && BySigns);
                else
                    PackedPanel<T, TPlanes, TScales>.Eight(
                        packed, (first + Math.Min(o, valid - 1)) / PackedFormat.Outputs, o >> 3 & 1, from, groups, quads, (int*)panel + o, scale + o, minimum + o, Outputs, quads && BySigns);
            }
            for (var r = 0; r < rows; r += 4)
                Four(x, row + r, from, groups, panel, scale, minimum, y + r * Outputs);
        }
        for (var r = 0; r < rows; r++)
            Store(product, row + r, first, valid, y + r * Outputs, Outputs);
    }

    private void Four(ActivationRows x, int row, int from, int groups, byte* panel, float* scale, float* minimum, float* y)
    {
        var at = (long)(row / Tile) * x.Groups + from;
        var r = row % Tile;
        var units = T.Halves ? 2 * groups : groups;
        var d = x.TiledD + at * Tile + r;
        var sums = x.TiledSums + at * 3 * Tile + r;
        var dsums = x.TiledDSums + at * 3 * Tile + r;
        if (quads && TLanes.HasDot)
            PanelTile<T, TLanes, TVector>.Dots(panel, scale, minimum, units, (int*)(x.TiledQ8 + at * Tile * 32) + r, d, sums, dsums, y);
        else if (quads && BySigns)
            PanelTile<T, TLanes, TVector>.SignedQuads(panel, scale, minimum, units, (int*)(x.TiledQ8 + at * Tile * 32) + r, d, dsums, y);
        else if (quads)
            PanelTile<T, TLanes, TVector>.Quads(panel, scale, minimum, units, (int*)(x.TiledQ8 + at * Tile * 32) + r, d, sums, dsums, y);
        else
            PanelTile<T, TLanes, TVector>.Pairs(panel, scale, minimum, units, (int*)(x.TiledQ + at * Tile * 32) + r, d, dsums, y);
    }
}
