using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Generated;

/// <summary>
/// A kernel for few rows that reads panels as they lie: few by four panels at once, so from four places of memory; more in even parts of up to eight by two panels, so
/// that codes are unpacked half as often. Each part but the first finds the panels in the second-level cache.
/// </summary>
internal abstract unsafe class VnniBlockKernel : ProductKernel
{
    private const int Lanes = PackedFormat.Outputs;

    internal sealed override int OutputStep => VnniBlocking.MostPanels * Lanes;

    /// <summary>Up to how many rows memory is what is waited for, so that four places are read at once.</summary>
    protected abstract int RowsByFour { get; }

    internal sealed override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var (mostPanels, mostRows) = x.Rows <= RowsByFour
            ? (VnniBlocking.MostPanels, VnniBlocking.MostRowsByFour) : (2, VnniBlocking.MostRows);
        var parts = (x.Rows + mostRows - 1) / mostRows;
        var end = first + count;
        for (int panels; first < end; first += panels * Lanes)
        {
            var left = (end - first + Lanes - 1) / Lanes;
            panels = left >= mostPanels ? mostPanels : left >= 2 ? 2 : 1;
            for (int part = 0, row = 0, next; part < parts; part++, row = next)
            {
                next = (int)((long)x.Rows * (part + 1) / parts);
                Chains(product, x, first / Lanes, panels, row, next - row, (float*)scratch);
                for (var r = row; r < next; r++)
                    for (var p = 0; p < panels; p++)
                        Store(
                            product, r, first + p * Lanes, Math.Min(Lanes, end - first - p * Lanes), (float*)scratch + ((r - row) * panels + p) * Lanes, Lanes);
            }
        }
    }

    /// <summary>Computes the chains of some panels and rows: [row][panel][16 outputs] at <paramref name="y"/>.</summary>
    protected abstract void Chains(in Product product, ActivationRows x, int panel, int panels, int row, int rows, float* y);
}
