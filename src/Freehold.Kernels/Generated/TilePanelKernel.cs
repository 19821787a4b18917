using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Generated;

/// <summary>
/// Sixteen rows and more by AMX, for types with one scale per 32. Two panels of sixteen outputs are unpacked a stretch of the inputs at a time, and each tile of
/// twelve rows takes one call. Packed panels of Q8_0 are AMX's tiles already and are read as they lie. Rows that the last tile lacks are
/// zeros: unpacking other panels for them would cost more than they do.
/// </summary>
/// <param name="tiles">How the code wants a thread's tiles (<see cref="TilePanel.Configuration"/>).</param>
/// <param name="planes">Planes of int8 that an activation takes.</param>
/// <param name="load">Makes code ready to be called.</param>
internal sealed unsafe class TilePanelKernel<T, TPlanes, TScales>(TileConfiguration tiles, int planes, Func<byte[][], Routines> load) : ProductKernel, IDisposable
    where T : struct, IBlockLayout
    where TPlanes : struct, ICodePlanes
    where TScales : struct, IPanelScales
{
    // The longest stretch, in groups of 32 inputs.
    private const int MostGroups = 24;

    private const int Lanes = PackedFormat.Outputs;
    private const int Outputs = 2 * Lanes;
    private const int Tile = TilePanel.Rows;
    private const int TilesAtOnce = 43;
    private const int RowsAtOnce = TilesAtOnce * Tile;

    // Fewer tiles than this don't take long enough for a stretch of memory to arrive in the second-level cache meanwhile; then code asks for what it reads, and
    // only where the next panels begin it cannot.
    private const int TilesToPrefetch = 4;

    private readonly Lock _loading = new();
    private Routines? _routines;
    private Routines? _asTheyLie;

    // Two panels, a tile's activations and all else that a call touches then fit the 48 KiB of the first-level cache of CPUs with AMX.
    private int GroupsAtOnce => planes == 1 ? MostGroups : 16;

    internal override int OutputStep => Outputs;

    internal override TileConfiguration? AmxTiles => tiles;

    private TileShape Shape => new(T.HasMinimum, HalfScales: false, planes);

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
        var unpacked = new Unpacked(scratch);
        var call = new TileCall { Ring = unpacked.Ring };
        var count = (rows + Tile - 1) / Tile;
        new Span<float>(unpacked.Y, count * Tile * Outputs).Clear();
        for (var from = 0; from < x.Groups; from += GroupsAtOnce)
        {
            var groups = Math.Min(GroupsAtOnce, x.Groups - from);
            call.Groups = (groups + TilePanel.Turns - 1) / TilePanel.Turns * TilePanel.Turns;
            if (asTheyLie)
                PointAt(weights.Packed!, first / Lanes, valid > Lanes, from, ref call);
            else
                Unpack(weights, first, valid, from, groups, unpacked, ref call);
            var last = from + groups >= x.Groups;
            var ahead = count >= TilesToPrefetch ? MemoryAhead.Weights<T, TPlanes>(weights, first, Outputs, end, from + groups, GroupsAtOnce)
                : last && asTheyLie ? MemoryAhead.Weights<T, TPlanes>(weights, first, Outputs, end, x.Groups, TilePanel.AskedAhead)
                : default;
            for (var tile = 0; tile < count; tile++)
            {
                ahead.Prefetch(tile, count);
                if (last && count >= TilesToPrefetch)
                    MemoryAhead.PrefetchOutput(product, row + tile * Tile, Math.Min(Tile, rows - tile * Tile), first);
                var at = ((long)(row / Tile + tile) * x.AmxGroups + from) * Tile;
                call.Q = x.AmxQ + at * x.AmxPlanes * 32;
                call.D = x.AmxD + at;
                call.DSums = x.AmxDSums + at;
                call.Y = unpacked.Y + tile * Tile * Outputs;
                routines.Call(asTheyLie && tile == 0 ? TilePanel.Far : TilePanel.Near, &call);
            }
        }
        for (var r = 0; r < rows; r++)
            for (var panel = 0; panel * Lanes < valid; panel++)
                Store(
                    product, row + r, first + panel * Lanes, Math.Min(Lanes, valid - panel * Lanes),
                    unpacked.Y + ((r / Tile * 2 + panel) * Tile + r % Tile) * Lanes, Lanes);
    }

    // Where one panel is left, it is computed twice and stored once.
    private static void PointAt(PackedMatrix packed, int number, bool two, int from, ref TileCall call)
    {
        byte* panel0 = packed.Panel(number), panel1 = two ? packed.Panel(number + 1) : panel0;
        var (scalesAt, valuesAt) = ((long)from * TScales.BlockBytes, packed.ValuesAt + (long)from * TilePanel.GroupBytes);
        call.Scale0 = panel0 + scalesAt;
        call.Scale1 = panel1 + scalesAt;
        call.Panel0 = (sbyte*)panel0 + valuesAt;
        call.Panel1 = (sbyte*)panel1 + valuesAt;
    }

    private static void Unpack(WeightMatrix weights, int first, int valid, int from, int groups, Unpacked to, ref TileCall call)
    {
        var other = valid > Lanes ? 1 : 0;
        call.Panel0 = to.Panel(0);
        call.Panel1 = to.Panel(other);
        call.Scale0 = to.Scale(0);
        call.Scale1 = to.Scale(other);
        call.Minimum0 = to.Minimum(0);
        call.Minimum1 = to.Minimum(other);
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
        private const int RingAt = 4096;
        private const int ScalesAt = RingAt + TilePanel.RingBytes;
        private const int ScaleBytes = MostGroups * Lanes * sizeof(float);
        private const int ValuesAt = ScalesAt + 4 * ScaleBytes;
        private const int ValueBytes = MostGroups * TilePanel.GroupBytes;

        internal byte** Rows => (byte**)scratch;

        internal int* Ring => (int*)(scratch + RingAt);

        /// <summary>[tile of rows][panel][12 rows][16 outputs].</summary>
        internal float* Y => (float*)(scratch + ValuesAt + 2 * ValueBytes);

        internal float* Scale(int panel) => (float*)(scratch + ScalesAt + panel * ScaleBytes);

        internal float* Minimum(int panel) => (float*)(scratch + ScalesAt + (2 + panel) * ScaleBytes);

        internal sbyte* Panel(int panel) => (sbyte*)(scratch + ValuesAt + panel * ValueBytes);
    }
}
