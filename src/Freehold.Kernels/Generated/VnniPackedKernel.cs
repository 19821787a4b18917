using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;

namespace Freehold.Kernels.Generated;

/// <summary>Few rows by packed panels by generated AVX-512 VNNI code, activations of 8 bits or of 15.</summary>
/// <param name="shape">What the code is made of.</param>
/// <param name="load">Makes code ready to be called.</param>
/// <param name="chosen">Up to how many rows it reads four panels at once.</param>
internal sealed unsafe class VnniPackedKernel(PackedShape shape, Func<byte[][], Routines> load, ChosenKernels chosen) : VnniBlockKernel, IDisposable
{
    /// <summary>
    /// Up to how many rows panels are read as they lie. On two cores of a Xeon with AVX-512 VNNI eight rows so reach 0.43 (Q8_0) to 0.53 (Q4_0) TOPS; unpacked
    /// panels reach 0.19 to 0.30 with sixteen rows, 0.31 to 0.42 with 32, and 0.62 with 512 (docs/performance.md). Other types are as yet taken to be alike.
    /// </summary>
    internal const int WorthRows = 32;

    // In groups: about what memory's latency takes.
    private const int GroupsAhead = 8;

    private readonly VnniBlockCode _code = new((panels, rows) => VnniPacked.Code(shape, panels, rows), load);

    /// <summary>
    /// Up to how many rows four panels are usually read at once: where hardly anything is to be unpacked the form that was timed on a Xeon is kept, others save a twentieth to a sixth of the
    /// cycles by their count where they read two panels for more rows.
    /// </summary>
    internal static int UsualRowsByFour(PackedShape shape) =>
        shape is { Words: false, Values: PackedValues.Bytes or PackedValues.Nibbles, Scales: PackedScales.Half } ? WorthRows : VnniBlocking.MostRowsByFour;

    protected override int RowsByFour => chosen.Now.RowsByFour;

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
    public void Dispose() => _code.Dispose();

    protected override void Chains(in Product product, ActivationRows x, int panel, int panels, int row, int rows, float* y)
    {
        var packed = product.Weights.Packed!;
        var call = new PackedCall
        {
            Panel0 = packed.Panel(panel),
            ValuesAt = packed.ValuesAt,
            Q = shape.Words ? x.Q + (long)row * x.Columns : x.Q8 + (long)row * x.Columns,
            D = x.D + (long)row * x.Groups,
            Sums = x.Sums + (long)row * x.Groups * 2,
            Y = y,
            Groups = x.Groups,
        };
        // Those that the routine does not take are not read.
        call.Panel1 = call.Panel0 + packed.PanelBytes;
        call.Panel2 = call.Panel1 + packed.PanelBytes;
        call.Panel3 = call.Panel2 + packed.PanelBytes;
        _code.For(panels, rows).Call(0, &call);
    }

    private static PackedShape Plain(PackedValues values, int offset, bool minimum = false) =>
        new(values, PackedScales.Half, Halves: false, minimum, offset, GroupsAhead);

    private static PackedShape Super(PackedValues values, int offset = 0, bool halves = false, bool minimum = false) =>
        new(values, PackedScales.Super, halves, minimum, offset, GroupsAhead);
}
