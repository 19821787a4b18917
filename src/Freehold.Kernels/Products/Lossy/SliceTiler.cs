namespace Freehold.Kernels.Products.Lossy;

/// <summary>Lays rows quantised by slices out in tiles of <see cref="ActivationRows.TileRows"/>, as <see cref="Tiler"/> does with others: scales [tile][slice][row], sums [tile][group][row].</summary>
internal static unsafe class SliceTiler
{
    private const int T = ActivationRows.TileRows;

    /// <summary>Lays out one tile; rows past the last are zeros.</summary>
    internal static void Tile(ActivationRows x, int tile)
    {
        var present = Math.Min(T, x.Rows - tile * T);
        for (var r = 0; r < T; r++)
        {
            var row = (long)tile * T + r;
            for (var s = 0; s < x.Slices; s++)
                x.TiledD[((long)tile * x.Slices + s) * T + r] = r < present ? x.D[row * x.Slices + s] : 0;
            for (var g = 0; g < x.Groups; g++)
                x.TiledSums[((long)tile * x.Groups + g) * T + r] = r < present ? x.Sums[row * x.Groups + g] : 0;
        }
        Tiler.Values(x, tile, present, quads: true);
    }
}
