using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Lays rows quantised by slices out in tiles of <see cref="ActivationRows.TileRows"/>, as <see cref="Tiler"/> does with others: scales [tile][slice][row], sums [tile][group][row].</summary>
internal static unsafe class SliceTiler
{
    private const int T = ActivationRows.TileRows;

    /// <summary>
    /// Lays out for AMX the rows of one tile of <see cref="ActivationRows.TileRows"/>, half of a tile of sixteen: values [slice][tile][block][row][64], scales
    /// [slice][tile][row]. Rows past the last are zeros.
    /// </summary>
    internal static void AmxTile(ActivationRows x, int tile)
    {
        const int Rows = TileSlices.Rows, Block = LossyFormat.Block;
        var end = tile * T + T;
        // The other half of the last tile has nobody else.
        if (end >= x.Rows)
            end = (end + Rows - 1) / Rows * Rows;
        var tiles = (x.Rows + Rows - 1) / Rows;
        var longest = new LossyFormat(x.QuantisedFor!.Value).Slice;
        for (var row = tile * T; row < end; row++)
            for (var slice = 0; slice < x.Slices; slice++)
            {
                var from = slice * longest;
                var length = Math.Min(longest, x.Columns - from);
                x.AmxD[((long)slice * tiles + row / Rows) * Rows + row % Rows] = row < x.Rows ? x.D[(long)row * x.Slices + slice] : 0;
                var to = x.AmxQ + (long)tiles * Rows * from + (long)row / Rows * Rows * length + row % Rows * Block;
                for (var i = 0; i < length; i += Block, to += Rows * Block)
                {
                    var values = new Span<sbyte>(to, Block);
                    if (row < x.Rows)
                        new ReadOnlySpan<sbyte>(x.Q8 + (long)row * x.Columns + from + i, Block).CopyTo(values);
                    else
                        values.Clear();
                }
            }
    }

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
