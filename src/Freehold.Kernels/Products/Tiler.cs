using System.Runtime.Intrinsics;

namespace Freehold.Kernels.Products;

/// <summary>Lays quantised rows out in tiles of <see cref="ActivationRows.TileRows"/> for the panel kernels.</summary>
internal static unsafe class Tiler
{
    private const int T = ActivationRows.TileRows;

    /// <summary>Lays out one tile; rows past the last are zeros.</summary>
    internal static void Tile(ActivationRows x, int tile)
    {
        var present = Math.Min(T, x.Rows - tile * T);
        for (var r = 0; r < T; r++)
            Scales(x, tile, r, r < present);
        var dwords = x.Columns / 2;
        Rows((int*)x.Q + (long)tile * T * dwords, dwords, present, (int*)x.TiledQ + (long)tile * T * dwords);
        Interleave(x.TiledQ + (long)tile * T * x.Columns, x.Columns / 4);
        if (x.Bits != ActivationBits.Eight)
            return;
        dwords = x.Columns / 4;
        Rows((int*)x.Q8 + (long)tile * T * dwords, dwords, present, (int*)x.TiledQ8 + (long)tile * T * dwords);
    }

    /// <summary>[row][dword] to [dword][row].</summary>
    private static void Rows(int* from, int dwords, int present, int* to)
    {
        if (present == T && System.Runtime.Intrinsics.X86.Avx2.IsSupported)
        {
            for (var i = 0; i < dwords; i += 8)
            {
                var p = from + i;
                PanelPacker.Transpose(
                    Vector256.Load(p), Vector256.Load(p + dwords), Vector256.Load(p + 2 * dwords), Vector256.Load(p + 3 * dwords),
                    Vector256.Load(p + 4 * dwords), Vector256.Load(p + 5 * dwords), Vector256.Load(p + 6 * dwords), Vector256.Load(p + 7 * dwords),
                    to + i * T, T);
            }
            return;
        }
        for (var r = 0; r < T; r++)
            for (var i = 0; i < dwords; i++)
                to[i * T + r] = r < present ? from[r * dwords + i] : 0;
    }

    /// <summary>Values (0, 1) and (2, 3) of each four to (0, 2) and (1, 3), as the packer's two shifts have them.</summary>
    private static void Interleave(short* tile, int quads)
    {
        for (var i = 0; i < quads; i++, tile += 4 * T)
        {
            var first = Vector256.Load((uint*)tile);
            var second = Vector256.Load((uint*)tile + T);
            (first & Vector256.Create(0xFFFFu) | second << 16).Store((uint*)tile);
            (first >>> 16 | second & Vector256.Create(0xFFFF0000u)).Store((uint*)tile + T);
        }
    }

    private static void Scales(ActivationRows x, int tile, int r, bool present)
    {
        var groups = x.Groups;
        var row = (long)(tile * T + r) * groups;
        for (var g = 0; g < groups; g++)
        {
            var at = (long)tile * groups + g;
            float d = 0;
            int low = 0, high = 0;
            if (present)
                (d, low, high) = (x.D[row + g], x.Sums[(row + g) * 2], x.Sums[(row + g) * 2 + 1]);
            x.TiledD[at * T + r] = d;
            var sums = x.TiledSums + at * 3 * T + r;
            (sums[0], sums[T], sums[2 * T]) = (low, high, low + high);
            var dsums = x.TiledDSums + at * 3 * T + r;
            (dsums[0], dsums[T], dsums[2 * T]) = (d * low, d * high, d * (low + high));
        }
    }
}
