using System.Runtime.InteropServices;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products.Lossy;

namespace Freehold.Kernels.Products;

/// <summary>
/// Rows of activations that products share. <see cref="Set"/> only points at floats; they are quantised in blocks of 32 the first
/// time a product with quantised weights needs them (docs/numerics.md), and kept until the next <see cref="Set"/>.
/// </summary>
public sealed unsafe class ActivationRows : IDisposable
{
    private void* _memory;

    /// <summary>Allocates room outside the managed heap.</summary>
    /// <param name="capacityRows">Most rows <see cref="Set"/> will be given.</param>
    /// <param name="maxColumns">Most columns <see cref="Set"/> will be given.</param>
    /// <param name="bits">How finely they are quantised.</param>
    public ActivationRows(int capacityRows, int maxColumns, ActivationBits bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacityRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxColumns, 1);
        if (bits is not (ActivationBits.Eight or ActivationBits.Sixteen))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "activations have 8 or 16 bits");
        Bits = bits;
        CapacityRows = capacityRows;
        MaxColumns = maxColumns;

        // Panels take rows in whole tiles, so the tiled copies have room for the last tile's empty rows.
        long rows = (capacityRows + TileRows - 1) / TileRows * TileRows;
        long groups = (maxColumns + 31) / 32;
        long values = rows * groups * 32;
        // AMX has tiles of twelve rows or sixteen, and groups by fours. What an instruction set has no use for is never touched, so the system gives no memory for it.
        var amxRows = Math.Max(Whole(capacityRows, TilePanel.Rows), Whole(capacityRows, TileSlices.Rows));
        var amxGroups = amxRows * Whole(groups, TilePanel.Turns);
        long bytes = values * (2 + 1) * 2 + rows * groups * (4 + 8 + 4 + 12 + 12) + amxGroups * (32 * AmxPlanes + 4 + 4) + 64 * 13;
        _memory = NativeMemory.AlignedAlloc(checked((nuint)bytes), 64);
        var next = (byte*)_memory;
        Q = (short*)Take(ref next, values * 2);
        Q8 = (sbyte*)Take(ref next, values);
        D = (float*)Take(ref next, rows * groups * 4);
        Sums = (int*)Take(ref next, rows * groups * 8);
        TiledQ = (short*)Take(ref next, values * 2);
        TiledQ8 = (sbyte*)Take(ref next, values);
        TiledD = (float*)Take(ref next, rows * groups * 4);
        TiledSums = (int*)Take(ref next, rows * groups * 12);
        TiledDSums = (float*)Take(ref next, rows * groups * 12);
        AmxQ = (sbyte*)Take(ref next, amxGroups * 32 * AmxPlanes);
        AmxD = (float*)Take(ref next, amxGroups * 4);
        AmxDSums = (float*)Take(ref next, amxGroups * 4);
    }

    /// <summary>How finely the rows are quantised.</summary>
    public ActivationBits Bits { get; }

    /// <summary>Most rows.</summary>
    public int CapacityRows { get; }

    /// <summary>Most columns.</summary>
    public int MaxColumns { get; }

    /// <summary>Rows in use.</summary>
    public int Rows { get; private set; }

    /// <summary>Columns in use.</summary>
    public int Columns { get; private set; }

    /// <summary>Rows of one tile of the tiled copies.</summary>
    internal const int TileRows = 8;

    /// <summary>The floats of row 0.</summary>
    internal float* X { get; private set; }

    /// <summary>Floats from row to row.</summary>
    internal long Stride { get; private set; }

    /// <summary>Blocks of 32 in a row.</summary>
    internal int Groups => Columns >> 5;

    /// <summary>Stretches of a row that share a scale when they are quantised for weights packed with loss.</summary>
    internal int Slices => QuantisedFor is { } kind ? new LossyFormat(kind).Slices(Columns) : 0;

    /// <summary>
    /// Quantised values in both modes, [row][group][2][16]: a group's even values, then its odd ones. Weights are bytes, whose even and odd ones
    /// two shifts widen to int16.
    /// </summary>
    internal short* Q { get; }

    /// <summary>The same as int8 and in order, [row][column], only with <see cref="ActivationBits.Eight"/>.</summary>
    internal sbyte* Q8 { get; }

    /// <summary>Scales, [row][group].</summary>
    internal float* D { get; }

    /// <summary>Exact sums of 16 values, [row][2 * group + half].</summary>
    internal int* Sums { get; }

    /// <summary>int16 pairs for panels: [tile][group][16 pairs][<see cref="TileRows"/>][2], paired as <see cref="PanelPacker"/> pairs them.</summary>
    internal short* TiledQ { get; }

    /// <summary>
    /// 15-bit values as two planes of int8, [row][group][high, low][32], only on Arm64. They lie where <see cref="TiledQ"/> does elsewhere:
    /// no kernel of Arm64 wants tiles.
    /// </summary>
    internal sbyte* Planes => (sbyte*)TiledQ;

    /// <summary>int8 quads for panels: [tile][group][8 quads][<see cref="TileRows"/>][4].</summary>
    internal sbyte* TiledQ8 { get; }

    /// <summary>Scales for panels: [tile][group][<see cref="TileRows"/>].</summary>
    internal float* TiledD { get; }

    /// <summary>Sums for panels: [tile][group][low half, high half, both][<see cref="TileRows"/>].</summary>
    internal int* TiledSums { get; }

    /// <summary>The scale times those sums, for minimums: [tile][group][low half, high half, both][<see cref="TileRows"/>].</summary>
    internal float* TiledDSums { get; }

    /// <summary>Groups of a row in AMX's tiles: the last may be empty, of zeros.</summary>
    internal int AmxGroups => (int)Whole(Groups, TilePanel.Turns);

    /// <summary>Planes of int8 that a value takes in AMX's tiles: high and low with 15 bits, q = 128 h + l.</summary>
    internal int AmxPlanes => Bits == ActivationBits.Eight ? 1 : 2;

    /// <summary>int8 for AMX: [tile of 12 rows][<see cref="AmxGroups"/>][<see cref="AmxPlanes"/>][12 rows][32]; quantised by slices as <see cref="SliceTiler"/> has it.</summary>
    internal sbyte* AmxQ { get; }

    /// <summary>Scales for AMX: [tile][group][12 rows].</summary>
    internal float* AmxD { get; }

    /// <summary>The scale times the group's sum, for minimums in AMX: [tile][group][12 rows].</summary>
    internal float* AmxDSums { get; }

    /// <summary>Whether <see cref="Q"/>, <see cref="D"/> and <see cref="Sums"/> hold the current rows.</summary>
    internal bool Quantised { get; set; }

    /// <summary>Whether the tiled copies hold the current rows.</summary>
    internal bool Tiled { get; set; }

    /// <summary>Whether AMX's tiles hold the current rows.</summary>
    internal bool AmxTiled { get; set; }

    /// <summary>What <see cref="Quantised"/> speaks of: null for blocks of 32, else the slices that weights so packed want. <see cref="D"/> is then [row][slice] and <see cref="Sums"/> [row][group]; Arm64 leaves <see cref="Q"/> as it was.</summary>
    internal LossyKind? QuantisedFor { get; set; }

    /// <summary>Points at rows of floats, which must stay as they are until the products are done.</summary>
    /// <param name="x">First float of row 0.</param>
    /// <param name="stride">Floats from row to row.</param>
    /// <param name="rows">1 to <see cref="CapacityRows"/>.</param>
    /// <param name="columns">1 to <see cref="MaxColumns"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">More rows or columns than there is room for.</exception>
    public void Set(float* x, long stride, int rows, int columns)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, CapacityRows);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, MaxColumns);
        X = x;
        Stride = stride;
        Rows = rows;
        Columns = columns;
        Quantised = false;
        Tiled = false;
        AmxTiled = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_memory is not null)
            NativeMemory.AlignedFree(_memory);
        _memory = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory of an instance that nobody disposed.</summary>
    ~ActivationRows() => Dispose();

    private static long Whole(long count, int by) => (count + by - 1) / by * by;

    private static byte* Take(ref byte* next, long bytes)
    {
        var taken = next;
        next += (bytes + 63) & ~63L;
        return taken;
    }
}
