using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Generated;

/// <summary>
/// Many rows by generated AVX-512 VNNI code: as in <see cref="PanelKernel{T, TPlanes, TScales, TLanes, TVector}"/>, 32 outputs are unpacked a stretch of
/// the inputs at a time, and each tile of eight rows takes one call. Between calls the next stretch's weights are asked for, so that unpacking finds
/// them in the cache.
/// </summary>
/// <param name="quads">Bytes by int8 activations, or else int16 by int16.</param>
/// <param name="load">Makes code ready to be called.</param>
/// <param name="chosen">How many groups of 32 inputs are in a stretch.</param>
internal sealed unsafe class VnniPanelKernel<T, TPlanes, TScales>(bool quads, Func<byte[][], Routines> load, ChosenKernels chosen) : ProductKernel, IDisposable
    where T : struct, IBlockLayout
    where TPlanes : struct, ICodePlanes
    where TScales : struct, IPanelScales
{
    // The longest stretch: its bytes then take 64 KiB of the second-level cache, and its int16 128 KiB.
    private const int MostGroups = KernelChoice.MostStretch;

    private const int Outputs = 32;
    private const int Tile = ActivationRows.TileRows;
    private const int RowsAtOnce = 512;

    // Fewer tiles than this don't take long enough for a stretch of memory to arrive meanwhile.
    private const int TilesToPrefetch = 4;

    private readonly Lock _loading = new();
    private Routines? _routines;

    internal override int OutputStep => Outputs;

    internal override bool NeedsTiles => true;

    /// <summary>What the code for this type is made of.</summary>
    internal PanelShape Shape { get; } = new(quads, T.Halves, T.HasMinimum, !quads ? 0 : T.Signed ? 128 : T.Offset);

    /// <summary>Frees the code.</summary>
    public void Dispose() => _routines?.Dispose();

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var routines = Volatile.Read(ref _routines) ?? Load();
        var end = first + count;
        for (; first < end; first += Outputs)
            for (var row = 0; row < x.Rows; row += RowsAtOnce)
                Panel(routines, product, x, first, end, row, Math.Min(RowsAtOnce, x.Rows - row), scratch);
    }

    // Assembled when first used, since a model has few types.
    private Routines Load()
    {
        lock (_loading)
        {
            if (_routines is null)
                Volatile.Write(ref _routines, load(VnniPanel.Routines(Shape)));
            return _routines!;
        }
    }

    private void Panel(Routines routines, in Product product, ActivationRows x, int first, int end, int row, int rows, byte* scratch)
    {
        var valid = Math.Min(Outputs, end - first);
        var rowsOf = (byte**)scratch;
        var call = new PanelCall { Starts = (int*)(scratch + 256), Scale = (float*)(scratch + 512) };
        call.Minimum = call.Scale + MostGroups * 2 * Outputs;
        var y = call.Minimum + MostGroups * 2 * Outputs;
        call.Panel = (byte*)(y + RowsAtOnce * Outputs);
        var packed = product.Weights.Packed;
        for (var o = 0; o < Outputs && packed is null; o++)
            rowsOf[o] = product.Weights.Row(first + Math.Min(o, valid - 1));
        var tiles = (rows + Tile - 1) / Tile;
        new Span<float>(y, rows * Outputs).Clear();
        var stretch = chosen.Now.Stretch;
        for (var from = 0; from < x.Groups; from += stretch)
        {
            var groups = Math.Min(stretch, x.Groups - from);
            for (var o = 0; o < Outputs; o += 8)
            {
                if (packed is null)
                    PanelPacker.Eight<T>(rowsOf + o, from, groups, quads, (int*)call.Panel + o, call.Scale + o, call.Minimum + o, Outputs);
                else
                    PackedPanel<T, TPlanes, TScales>.Eight(
                        packed, (first + Math.Min(o, valid - 1)) / PackedFormat.Outputs, o >> 3 & 1, from, groups, quads,
                        (int*)call.Panel + o, call.Scale + o, call.Minimum + o, Outputs);
            }
            call.Groups = groups;
            var last = from + groups >= x.Groups;
            var ahead = tiles < TilesToPrefetch ? default
                : MemoryAhead.Weights<T, TPlanes>(product.Weights, first, Outputs, end, from + groups, stretch);
            for (var tile = 0; tile < tiles; tile++)
            {
                ahead.Prefetch(tile, tiles);
                var at = (long)(row / Tile + tile) * x.Groups + from;
                call.Q = quads ? (byte*)x.TiledQ8 + at * Tile * 32 : (byte*)(x.TiledQ + at * Tile * 32);
                call.D = x.TiledD + at * Tile;
                call.Sums = x.TiledSums + at * 3 * Tile;
                call.DSums = x.TiledDSums + at * 3 * Tile;
                call.Y = y + tile * Tile * Outputs;
                var present = Math.Min(Tile, rows - tile * Tile);
                if (last && tiles >= TilesToPrefetch)
                    MemoryAhead.PrefetchOutput(product, row + tile * Tile, present, first);
                routines.Call(present - 1, &call);
            }
        }
        for (var r = 0; r < rows; r++)
            Store(product, row + r, first, valid, y + r * Outputs, Outputs);
    }
}
