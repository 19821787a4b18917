using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Generated;

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
        Values(x, tile, present, quads: x.Bits == ActivationBits.Eight);
    }

    /// <summary>Lays out the values of one tile, of which <paramref name="present"/> rows are there; as bytes too where <paramref name="quads"/> says so.</summary>
    internal static void Values(ActivationRows x, int tile, int present, bool quads)
    {
        // Of int16, a group's even pairs take every other step, and its odd pairs those between.
        var dwords = x.Columns / 2;
        var pairs = (int*)x.Q + (long)tile * T * dwords;
        var tiled = (int*)x.TiledQ + (long)tile * T * dwords;
        for (var i = 0; i < dwords; i += 16)
        {
            Eight(pairs + i, dwords, present, tiled + i * T, 2 * T);
            Eight(pairs + i + 8, dwords, present, tiled + i * T + T, 2 * T);
        }
        if (!quads)
            return;
        dwords = x.Columns / 4;
        var bytes = (int*)x.Q8 + (long)tile * T * dwords;
        tiled = (int*)x.TiledQ8 + (long)tile * T * dwords;
        for (var i = 0; i < dwords; i += 8)
            Eight(bytes + i, dwords, present, tiled + i * T, T);
    }

    /// <summary>
    /// Lays out for AMX the rows of one tile of <see cref="ActivationRows.TileRows"/>, which its tiles of twelve cut otherwise; after the last row, and in groups past
    /// the last, are zeros.
    /// </summary>
    internal static void AmxTile(ActivationRows x, int tile)
    {
        var end = tile * T + T;
        if (end >= x.Rows)
            end = (x.Rows + TilePanel.Rows - 1) / TilePanel.Rows * TilePanel.Rows;
        int groups = x.Groups, amxGroups = x.AmxGroups;
        for (var row = tile * T; row < end; row++)
        {
            var present = row < x.Rows ? groups : 0;
            var from = (long)row * groups;
            var at = (long)(row / TilePanel.Rows) * amxGroups * TilePanel.Rows + row % TilePanel.Rows;
            for (var g = 0; g < present; g++, from++, at += TilePanel.Rows)
            {
                if (x.AmxPlanes == 1)
                    Vector256.Load(x.Q8 + from * 32).Store(x.AmxQ + at * 32);
                else
                    Planes(x.Q + from * 32, x.AmxQ + High(at), x.AmxQ + High(at) + TilePanel.PlaneBytes);
                x.AmxD[at] = x.D[from];
                x.AmxDSums[at] = x.D[from] * (x.Sums[2 * from] + x.Sums[2 * from + 1]);
            }
            for (var g = present; g < amxGroups; g++, at += TilePanel.Rows)
            {
                var q = x.AmxQ + (x.AmxPlanes == 1 ? at * 32 : High(at));
                for (var plane = 0; plane < x.AmxPlanes; plane++)
                    Vector256<sbyte>.Zero.Store(q + plane * TilePanel.PlaneBytes);
                x.AmxD[at] = x.AmxDSums[at] = 0;
            }
        }
    }

    // Where a row begins in the first of two planes; at counts the rows of one plane.
    private static long High(long at) => (at / TilePanel.Rows * 2 * TilePanel.Rows + at % TilePanel.Rows) * 32;

    /// <summary>Even and odd values of a group as two planes of bytes in order: q = 128 h + l, l from 0 to 127.</summary>
    private static void Planes(short* q, sbyte* high, sbyte* low)
    {
        Vector256<short> even = Vector256.Load(q), odd = Vector256.Load(q + 16);
        var seven = Vector256.Create((short)127);
        (even >> 7 & Vector256.Create((short)0xFF) | odd >> 7 << 8).AsSByte().Store(high);
        (even & seven | (odd & seven) << 8).AsSByte().Store(low);
    }

    /// <summary>[row][8 dwords] to [8 dwords][row], <paramref name="step"/> apart.</summary>
    private static void Eight(int* from, int stride, int present, int* to, int step)
    {
        if (present == T && Avx2.IsSupported)
        {
            PanelPacker.Transpose(
                Vector256.Load(from), Vector256.Load(from + stride), Vector256.Load(from + 2 * stride), Vector256.Load(from + 3 * stride),
                Vector256.Load(from + 4 * stride), Vector256.Load(from + 5 * stride), Vector256.Load(from + 6 * stride), Vector256.Load(from + 7 * stride),
                to, step);
            return;
        }
        for (var r = 0; r < T; r++)
            for (var i = 0; i < 8; i++)
                to[i * step + r] = r < present ? from[r * stride + i] : 0;
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
