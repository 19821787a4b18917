using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Generated;

/// <summary>Few rows of int8 from packed panels by generated AVX-512 VNNI code, four panels and four rows at once.</summary>
/// <param name="shape">What the code is made of.</param>
/// <param name="load">Makes code ready to be called.</param>
internal sealed unsafe class VnniPackedKernel(PackedShape shape, Func<byte[][], Routines> load) : ProductKernel, IDisposable
{
    /// <summary>
    /// Up to how many rows panels are read as they lie. Four panels by four rows take 212 operations of the two ports, an unpacked panel half as many
    /// outputs by eight rows 176 and its unpacking about 50; second rows find the panels in the second-level cache.
    /// </summary>
    internal const int WorthRows = 8;

    private const int Lanes = PackedFormat.Outputs;
    private const int Panels = 4;

    // In groups: about what memory's latency takes.
    private const int GroupsAhead = 8;

    private readonly Lock _loading = new();
    private Routines? _routines;

    internal override int OutputStep => Panels * Lanes;

    /// <summary>The code's shape for a type; null where there is none.</summary>
    internal static PackedShape? ShapeOf(TensorType type) => type switch
    {
        TensorType.Q8_0 => new PackedShape(8, 128, false, GroupsAhead),
        TensorType.Q4_0 => new PackedShape(4, 8, false, GroupsAhead),
        TensorType.Q4_1 => new PackedShape(4, 0, true, GroupsAhead),
        _ => null,
    };

    /// <summary>Frees the code.</summary>
    public void Dispose() => _routines?.Dispose();

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var routines = Volatile.Read(ref _routines) ?? Load();
        var end = first + count;
        for (int panels; first < end; first += panels * Lanes)
        {
            var left = (end - first + Lanes - 1) / Lanes;
            panels = left >= 4 ? 4 : left >= 2 ? 2 : 1;
            for (var row = 0; row < x.Rows; row += VnniPacked.MostRows)
                Chains(routines, product, x, first, end, panels, row, Math.Min(VnniPacked.MostRows, x.Rows - row), (float*)scratch);
        }
    }

    private static void Chains(Routines routines, in Product product, ActivationRows x, int first, int end, int panels, int row, int rows, float* y)
    {
        var packed = product.Weights.Packed!;
        var call = new PackedCall
        {
            Panel0 = packed.Panel(first / Lanes),
            ValuesAt = packed.ValuesAt,
            Q = x.Q8 + (long)row * x.Columns,
            D = x.D + (long)row * x.Groups,
            Sums = x.Sums + (long)row * x.Groups * 2,
            Y = y,
            Groups = x.Groups,
        };
        // Those that the routine does not take are not read.
        call.Panel1 = call.Panel0 + packed.PanelBytes;
        call.Panel2 = call.Panel1 + packed.PanelBytes;
        call.Panel3 = call.Panel2 + packed.PanelBytes;
        routines.Call(VnniPacked.Routine(panels, rows), &call);
        for (var r = 0; r < rows; r++)
            for (var p = 0; p < panels; p++)
                Store(product, row + r, first + p * Lanes, Math.Min(Lanes, end - first - p * Lanes), y + (r * panels + p) * Lanes, Lanes);
    }

    // Assembled when first used, since a model has few types.
    private Routines Load()
    {
        lock (_loading)
        {
            if (_routines is null)
                Volatile.Write(ref _routines, load(VnniPacked.Routines(shape)));
            return _routines!;
        }
    }
}
