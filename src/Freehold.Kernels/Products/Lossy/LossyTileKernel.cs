using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>
/// Some rows and more by AMX: two panels of sixteen outputs, a slice of the inputs at a time, by all tiles of sixteen rows, two together. Panels of w8 are AMX's tiles and
/// are read as they lie; those of w4 are unpacked into scratch. Rows that the last tile lacks are zeros.
/// </summary>
/// <param name="tiles">How the code wants a thread's tiles (<see cref="TileSlices.Configuration"/>).</param>
/// <param name="load">Makes code ready to be called.</param>
internal sealed unsafe class LossyTileKernel<TCodes>(TileConfiguration tiles, Func<byte[][], Routines> load) : ProductKernel, IDisposable
    where TCodes : struct, ILossyCodes
{
    private const int Lanes = LossyFormat.Outputs;
    private const int Outputs = 2 * Lanes;
    private const int Tile = TileSlices.Rows;
    private const int RowsAtOnce = 512;
    private const int MostBlocks = LossyFormat.MaxSlice / LossyFormat.Block;

    private readonly Lock _loading = new();
    private readonly Routines?[] _routines = new Routines?[2 * MostBlocks];

    internal override int OutputStep => Outputs;

    internal override TileConfiguration? AmxTiles => tiles;

    private static int SliceBlocks => TCodes.Format.Slice / LossyFormat.Block;

    private static bool LieAsTiles => typeof(TCodes) == typeof(W8Codes);

    /// <summary>Frees the code.</summary>
    public void Dispose()
    {
        foreach (var routines in _routines)
            routines?.Dispose();
    }

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var end = first + count;
        for (; first < end; first += Outputs)
            for (var row = 0; row < x.Rows; row += RowsAtOnce)
                Panels(product, x, first, end, row, Math.Min(RowsAtOnce, x.Rows - row), scratch);
    }

    private void Panels(in Product product, ActivationRows x, int first, int end, int row, int rows, byte* scratch)
    {
        var lossy = product.Weights.Lossy!;
        var valid = Math.Min(Outputs, end - first);
        var number = first / Lanes;
        // Where one panel is left, it is computed twice and stored once.
        byte* panel0 = lossy.Panel(number), panel1 = valid > Lanes ? lossy.Panel(number + 1) : panel0;
        var unpacked = (sbyte*)(scratch + TileSlices.RingBytes);
        var y = (float*)(unpacked + 2 * MostBlocks * TileSlices.TileBytes);
        var all = (x.Rows + Tile - 1) / Tile;
        var count = (rows + Tile - 1) / Tile;
        new Span<float>(y, count * Tile * Outputs).Clear();
        for (var slice = 0; slice < x.Slices; slice++)
        {
            var blocks = Math.Min(SliceBlocks, x.Columns / LossyFormat.Block - slice * SliceBlocks);
            var at = LossyFormat.ValuesAt + (long)slice * SliceBlocks * TCodes.Format.BlockBytes;
            // What comes next: the next slice, or the first of the next panels.
            var following = slice + 1 < x.Slices ? at + (long)SliceBlocks * TCodes.Format.BlockBytes : 2 * lossy.PanelBytes;
            var call = new TileSliceCall
            {
                Panel0 = (sbyte*)(panel0 + at),
                Panel1 = (sbyte*)(panel1 + at),
                Q = x.AmxQ + ((long)all * slice * SliceBlocks + (long)row / Tile * blocks) * TileSlices.TileBytes,
                D = x.AmxD + ((long)all * slice + row / Tile) * Tile,
                Y = y,
                Ring = (int*)scratch,
                Next0 = panel0 + following,
                Next1 = panel1 + following,
                Steps = count / 2,
            };
            if (!LieAsTiles)
            {
                call.Panel0 = unpacked;
                call.Panel1 = unpacked + MostBlocks * TileSlices.TileBytes;
                LossyBlocks<TCodes>.Unpack(panel0 + at, blocks, (byte*)call.Panel0);
                LossyBlocks<TCodes>.Unpack(panel1 + at, blocks, (byte*)call.Panel1);
            }
            if (slice + 1 == x.Slices && first + Outputs < end)
                new MemoryAhead(panel0 + following, lossy.PanelBytes, 2, LossyFormat.ValuesAt + TileSlices.BlocksAhead * TCodes.Format.BlockBytes).Prefetch(0, 1);
            if (call.Steps > 0)
                Routine(blocks, 2).Call(0, &call);
            if (count % 2 == 0)
                continue;
            call.Q += (count - 1L) * blocks * TileSlices.TileBytes;
            call.D += (count - 1) * Tile;
            call.Y += (count - 1) * Tile * Outputs;
            call.Steps = 1;
            Routine(blocks, 1).Call(0, &call);
        }
        for (var r = 0; r < rows; r++)
            for (var panel = 0; panel < (valid + Lanes - 1) / Lanes; panel++)
            {
                var chains = y + ((r / Tile * 2 + panel) * Tile + r % Tile) * Lanes;
                lossy.Scale(number + panel, chains);
                Store(product, row + r, first + panel * Lanes, Math.Min(Lanes, valid - panel * Lanes), chains, Lanes);
            }
    }

    // Assembled when first used: a model has few lengths of slices.
    private Routines Routine(int blocks, int rowTiles)
    {
        ref var routines = ref _routines[2 * (blocks - 1) + rowTiles - 1];
        if (Volatile.Read(ref routines) is { } ready)
            return ready;
        lock (_loading)
        {
            if (routines is null)
                Volatile.Write(ref routines, load(TileSlices.Routines(new TileSliceShape(blocks, rowTiles))));
            return routines!;
        }
    }
}
