using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Generated;

/// <summary>Few rows of int8 from packed panels by generated AVX-512 VNNI code: four panels by up to four rows at once, or two by up to eight.</summary>
/// <param name="shape">What the code is made of.</param>
/// <param name="load">Makes code ready to be called.</param>
internal sealed unsafe class VnniPackedKernel(PackedShape shape, Func<byte[][], Routines> load) : ProductKernel, IDisposable
{
    /// <summary>
    /// Up to how many rows panels are read as they lie: each four rows find them in the second-level cache. On two cores of a Xeon with AVX-512 VNNI eight rows so
    /// reach 0.43 (Q8_0) to 0.53 (Q4_0) TOPS; unpacked panels reach 0.19 to 0.30 with sixteen rows, 0.31 to 0.42 with 32, and 0.62 with 512 (docs/performance.md).
    /// </summary>
    internal const int WorthRows = 32;

    private const int Lanes = PackedFormat.Outputs;
    private const int Panels = 4;

    // In groups: about what memory's latency takes.
    private const int GroupsAhead = 8;

    private readonly Lock _loading = new();
    // By panels, then rows.
    private readonly Routines?[] _routines = new Routines?[3 * VnniPacked.MostRows];

    internal override int OutputStep => Panels * Lanes;

    /// <summary>The code's shape for a type; null for those that are not packed.</summary>
    internal static PackedShape? ShapeOf(TensorType type) => type switch
    {
        TensorType.Q8_0 => Plain(PackedValues.Bytes, 128),
        TensorType.Q4_0 => Plain(PackedValues.Nibbles, 8),
        TensorType.Q4_1 => Plain(PackedValues.Nibbles, 0, minimum: true),
        TensorType.Q5_0 => Plain(PackedValues.FiveBits, 16),
        TensorType.Q5_1 => Plain(PackedValues.FiveBits, 0, minimum: true),
        TensorType.IQ4_NL => Plain(PackedValues.NonLinear, 128),
        TensorType.MXFP4 => Plain(PackedValues.E2M1, 12) with { Scales = PackedScales.E8M0 },
        TensorType.Q2_K => Super(PackedValues.TwoBits, halves: true, minimum: true),
        TensorType.Q3_K => Super(PackedValues.ThreeBits, 4, halves: true),
        TensorType.Q4_K => Super(PackedValues.Nibbles, minimum: true),
        TensorType.Q5_K => Super(PackedValues.FiveBits, minimum: true),
        TensorType.Q6_K => Super(PackedValues.SixBits, 32, halves: true),
        TensorType.IQ4_XS => Super(PackedValues.NonLinear, 128),
        _ => null,
    };

    /// <summary>Frees the code.</summary>
    public void Dispose()
    {
        foreach (var routines in _routines)
            routines?.Dispose();
    }

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        // What is read most slowly is read from four places. Where codes must be unpacked, that is done for as many rows as there are.
        var wide = x.Rows <= VnniPacked.MostRowsByFour || shape.Values == PackedValues.Bytes;
        var (mostPanels, mostRows) = wide ? (Panels, VnniPacked.MostRowsByFour) : (2, VnniPacked.MostRows);
        var parts = (x.Rows + mostRows - 1) / mostRows;
        var end = first + count;
        for (int panels; first < end; first += panels * Lanes)
        {
            var left = (end - first + Lanes - 1) / Lanes;
            panels = left >= mostPanels ? mostPanels : left >= 2 ? 2 : 1;
            for (int part = 0, row = 0, next; part < parts; part++, row = next)
            {
                next = (int)((long)x.Rows * (part + 1) / parts);
                Chains(product, x, first, end, panels, row, next - row, (float*)scratch);
            }
        }
    }

    private void Chains(in Product product, ActivationRows x, int first, int end, int panels, int row, int rows, float* y)
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
        Code(panels, rows).Call(0, &call);
        for (var r = 0; r < rows; r++)
            for (var p = 0; p < panels; p++)
                Store(product, row + r, first + p * Lanes, Math.Min(Lanes, end - first - p * Lanes), y + (r * panels + p) * Lanes, Lanes);
    }

    private static PackedShape Plain(PackedValues values, int offset, bool minimum = false) =>
        new(values, PackedScales.Half, Halves: false, minimum, offset, GroupsAhead);

    private static PackedShape Super(PackedValues values, int offset = 0, bool halves = false, bool minimum = false) =>
        new(values, PackedScales.Super, halves, minimum, offset, GroupsAhead);

    // Assembled when first used: a model has few types, and is asked for few numbers of rows.
    private Routines Code(int panels, int rows)
    {
        ref var code = ref _routines[(panels >> 1) * VnniPacked.MostRows + rows - 1];
        if (Volatile.Read(ref code) is { } ready)
            return ready;
        lock (_loading)
        {
            if (code is null)
                Volatile.Write(ref code, load([VnniPacked.Code(shape, panels, rows)]));
            return code!;
        }
    }
}
