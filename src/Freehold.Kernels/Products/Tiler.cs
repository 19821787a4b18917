namespace Freehold.Kernels.Products;

/// <summary>Lays quantised rows out in tiles of <see cref="ActivationRows.TileRows"/> for the panel kernels.</summary>
internal static unsafe class Tiler
{
    /// <summary>Lays out one tile; rows past the last are zeros.</summary>
    internal static void Tile(ActivationRows x, int tile)
    {
        const int T = ActivationRows.TileRows;
        var groups = x.Groups;
        var eight = x.Bits == ActivationBits.Eight;
        for (var r = 0; r < T; r++)
        {
            var row = tile * T + r;
            var present = row < x.Rows;
            for (var g = 0; g < groups; g++)
            {
                var at = (long)tile * groups + g;
                x.TiledD[at * T + r] = present ? x.D[(long)row * groups + g] : 0;
                int low = 0, high = 0;
                if (present)
                {
                    low = x.Sums[((long)row * groups + g) * 2];
                    high = x.Sums[((long)row * groups + g) * 2 + 1];
                }
                x.TiledSums[at * 2 * T + r] = low;
                x.TiledSums[(at * 2 + 1) * T + r] = high;
                var pairs = (int*)(x.TiledQ + at * T * 32) + r;
                var from = (int*)(x.Q + (long)row * x.Columns + g * 32);
                for (var p = 0; p < 16; p++)
                    pairs[p * T] = present ? from[p] : 0;
                if (!eight)
                    continue;
                var quads = (int*)(x.TiledQ8 + at * T * 32) + r;
                var from8 = (int*)(x.Q8 + (long)row * x.Columns + g * 32);
                for (var p = 0; p < 8; p++)
                    quads[p * T] = present ? from8[p] : 0;
            }
        }
    }
}
