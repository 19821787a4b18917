using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Generated;

/// <summary>
/// Sixteen rows and more by AMX, for types with one scale per 32. Two panels of sixteen outputs are unpacked a stretch of the inputs at a time, and
/// each tile of sixteen rows takes one call a panel. Packed panels of Q8_0 are AMX's tiles already and are read as they lie. Rows that the last
/// tile lacks are zeros: unpacking another panel for them would cost more than they do.
/// </summary>
/// <param name="tiles">How the code wants a thread's tiles (<see cref="TilePanel.Configuration"/>).</param>
/// <param name="planes">Planes of int8 that an activation takes.</param>
/// <param name="load">Makes code ready to be called.</param>
/// <param name="groupsAtOnce">Groups of 32 inputs in a stretch: a multiple of 8 up to 32.</param>
internal sealed unsafe class TilePanelKernel<T, TPlanes, TScales>(TileConfiguration tiles, int planes, Func<byte[][], Routines> load, int groupsAtOnce)
    : ProductKernel, IDisposable
    where T : struct, IBlockLayout
    where TPlanes : struct, ICodePlanes
    where TScales : struct, IPanelScales
{
    // The longest stretch: two panels and a tile's activations then take the 48 KiB of the first-level cache of CPUs with AMX.
    private const int MostGroups = 32;

    private const int Lanes = PackedFormat.Outputs;
    private const int Outputs = 2 * Lanes;
    private const int Tile = TilePanel.Rows;
    private const int RowsAtOnce = 512;

    // Fewer tiles than this don't take long enough for a stretch of memory to arrive in the second-level cache meanwhile.
    private const int TilesToPrefetch = 4;

    private readonly Lock _loading = new();
    private Routines? _routines;
    private Routines? _asTheyLie;

    internal override int OutputStep => Outputs;

    internal override TileConfiguration? AmxTiles => tiles;

    private TileShape Shape => new(T.HasMinimum, HalfScales: false, planes, Ahead: planes == 1 ? 3 : 2);

    // Signed bytes under one binary16 scale a run.
    private static bool LieAsTiles => TPlanes.Bits == 8 && T.Signed && typeof(TScales) == typeof(HalfScales);

    /// <summary>Frees the code.</summary>
    public void Dispose()
    {
        _routines?.Dispose();
        _asTheyLie?.Dispose();
    }

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        // Code takes groups by fours, and past the end of a packed panel lies something else.
        var asTheyLie = LieAsTiles && product.Weights.Packed is not null && x.AmxGroups == x.Groups;
        var routines = asTheyLie ? Load(ref _asTheyLie, Shape with { HalfScales = true }) : Load(ref _routines, Shape);
        var end = first + count;
        for (; first < end; first += Outputs)
            for (var row = 0; row < x.Rows; row += RowsAtOnce)
                Panels(routines, asTheyLie, product, x, first, end, row, Math.Min(RowsAtOnce, x.Rows - row), scratch);
    }

    // Assembled when first used, since a model has few types.
    private Routines Load(ref Routines? routines, TileShape shape)
    {
        if (Volatile.Read(ref routines) is { } ready)
            return ready;
        lock (_loading)
        {
            if (routines is null)
                Volatile.Write(ref routines, load(TilePanel.Routines(shape)));
            return routines!;
        }
    }

    private void Panels(Routines routines, bool asTheyLie, in Product product, ActivationRows x, int first, int end, int row, int rows, byte* scratch)
    {
        var weights = product.Weights;
        var valid = Math.Min(Outputs, end - first);
        var panels = (valid + Lanes - 1) / Lanes;
        var unpacked = new Unpacked(scratch);
        var call = new TileCall { Ring = unpacked.Ring };
        var count = (rows + Tile - 1) / Tile;
        new Span<float>(unpacked.Y, count * Tile * Outputs).Clear();
        for (var from = 0; from < x.Groups; from += groupsAtOnce)
        {
            var groups = Math.Min(groupsAtOnce, x.Groups - from);
            if (!asTheyLie)
                Unpack(weights, first, valid, from, groups, unpacked);
            call.Groups = (groups + TilePanel.Turns - 1) / TilePanel.Turns * TilePanel.Turns;
            var last = from + groups >= x.Groups;
            var ahead = MemoryAhead.Weights<T, TPlanes>(weights, first, Outputs, end, from + groups, groupsAtOnce);
            for (var tile = 0; tile < count; tile++)
            {
                if (count >= TilesToPrefetch)
                    ahead.Prefetch(tile, count);
                var at = ((long)(row / Tile + tile) * x.AmxGroups + from) * Tile;
                call.Q = x.AmxQ + at * planes * 32;
                call.D = x.AmxD + at;
                call.DSums = x.AmxDSums + at;
                if (last && count >= TilesToPrefetch)
                    MemoryAhead.PrefetchOutput(product, row + tile * Tile, Math.Min(Tile, rows - tile * Tile), first);
                for (var panel = 0; panel < panels; panel++)
                {
                    if (asTheyLie)
                    {
                        var packed = weights.Packed!;
                        var scales = packed.Panel(first / Lanes + panel);
                        call.Panel = (sbyte*)scales + packed.ValuesAt + (long)from * TilePanel.GroupBytes;
                        call.Scale = scales + (long)from * TScales.BlockBytes;
                    }
                    else
                    {
                        call.Panel = unpacked.Panel(panel);
                        call.Scale = unpacked.Scale(panel);
                        call.Minimum = unpacked.Minimum(panel);
                    }
                    call.Y = unpacked.Y + (tile * 2 + panel) * Tile * Lanes;
                    // Few tiles: the first asks for the weights that come next. Many: the next tile's activations.
                    call.Next = asTheyLie && count < TilesToPrefetch && tile == 0 ? ahead.Piece(panel) : call.Q + (long)x.AmxGroups * planes * TilePanel.PlaneBytes;
                    routines.Call(0, &call);
                }
            }
        }
        for (var r = 0; r < rows; r++)
            for (var panel = 0; panel < panels; panel++)
                Store(
                    product, row + r, first + panel * Lanes, Math.Min(Lanes, valid - panel * Lanes),
                    unpacked.Y + ((r / Tile * 2 + panel) * Tile + r % Tile) * Lanes, Lanes);
    }

    private static void Unpack(WeightMatrix weights, int first, int valid, int from, int groups, Unpacked to)
    {
        for (var o = 0; o < Outputs && weights.Packed is null; o++)
            to.Rows[o] = weights.Row(first + Math.Min(o, valid - 1));
        for (var o = 0; o < valid; o += 8)
        {
            var (panel, lane) = (o / Lanes, o % Lanes);
            var values = (int*)to.Panel(panel) + lane;
            if (weights.Packed is { } packed)
                PackedPanel<T, TPlanes, TScales>.Eight(
                    packed, (first + o) / Lanes, lane / 8, from, groups, true, values, to.Scale(panel) + lane, to.Minimum(panel) + lane, Lanes, signed: true);
            else
                PanelPacker.Eight<T>(
                    to.Rows + o, from, groups, true, values, to.Scale(panel) + lane, to.Minimum(panel) + lane, Lanes, signed: true);
        }
        // Groups that only fill up: their activations are zeros, and adding -0 leaves any chain as it is.
        for (; groups % TilePanel.Turns != 0; groups++)
            for (var panel = 0; panel < 2; panel++)
            {
                new Span<float>(to.Scale(panel) + groups * Lanes, Lanes).Fill(-0f);
                new Span<float>(to.Minimum(panel) + groups * Lanes, Lanes).Fill(-0f);
            }
    }

    /// <summary>A worker's scratch: stored rows' beginnings, the ring, and of two panels a stretch's scales, minimums and values; then the chains.</summary>
    private readonly struct Unpacked(byte* scratch)
    {
        private const int ScaleBytes = MostGroups * Lanes * sizeof(float);
        private const int ValueBytes = MostGroups * TilePanel.GroupBytes;

        internal byte** Rows => (byte**)scratch;

        internal int* Ring => (int*)(scratch + 4096);

        /// <summary>[tile of rows][panel][16 rows][16 outputs].</summary>
        internal float* Y => (float*)(scratch + 4096 + TilePanel.RingBytes + 2 * (2 * ScaleBytes + ValueBytes));

        internal float* Scale(int panel) => (float*)(scratch + 4096 + TilePanel.RingBytes + panel * ScaleBytes);

        internal float* Minimum(int panel) => (float*)(scratch + 4096 + TilePanel.RingBytes + (2 + panel) * ScaleBytes);

        internal sbyte* Panel(int panel) => (sbyte*)(scratch + 4096 + TilePanel.RingBytes + 4 * ScaleBytes + panel * ValueBytes);
    }
}
