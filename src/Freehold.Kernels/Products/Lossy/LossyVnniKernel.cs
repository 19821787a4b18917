using System.Runtime.Intrinsics;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products.Choices;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Few rows by panels packed with loss as they lie, by generated AVX-512 VNNI code, a slice at a time.</summary>
/// <param name="load">Makes code ready to be called.</param>
/// <param name="chosen">Up to how many rows it reads four panels at once.</param>
internal sealed unsafe class LossyVnniKernel<TCodes>(Func<byte[][], Routines> load, ChosenKernels chosen) : VnniBlockKernel, IDisposable
    where TCodes : struct, ILossyCodes
{
    private const int Lanes = LossyFormat.Outputs;

    // About what memory's latency takes.
    private const int BlocksAhead = 4;

    private readonly VnniBlockCode _code = new((panels, rows) => VnniSlices.Code(Shape, panels, rows), load);

    /// <summary>What the code is made of.</summary>
    internal static VnniSliceShape Shape => new(TCodes.Format.Kind == LossyKind.W8 ? SliceValues.Signed : SliceValues.Codes, Tiled: false, BlocksAhead);

    protected override int RowsByFour => chosen.Now.RowsByFour;

    /// <summary>Frees the code.</summary>
    public void Dispose() => _code.Dispose();

    protected override void Chains(in Product product, ActivationRows x, int panel, int panels, int row, int rows, float* y)
    {
        var lossy = product.Weights.Lossy!;
        new Span<float>(y, rows * panels * Lanes).Clear();
        var call = new VnniSliceCall { Stride = x.Columns, Y = y };
        var code = _code.For(panels, rows);
        var length = TCodes.Format.Slice;
        for (int from = 0, slice = 0; from < x.Columns; from += length, slice++)
        {
            var inputs = Math.Min(length, x.Columns - from);
            // Those that the code does not take are not read.
            call.Panel0 = lossy.Panel(panel) + LossyFormat.ValuesAt + (long)(from / LossyFormat.Block) * TCodes.Format.BlockBytes;
            call.Panel1 = call.Panel0 + lossy.PanelBytes;
            call.Panel2 = call.Panel1 + lossy.PanelBytes;
            call.Panel3 = call.Panel2 + lossy.PanelBytes;
            call.Q = x.Q8 + (long)row * x.Columns + from;
            call.Blocks = inputs / LossyFormat.Block;
            for (var r = 0; r < rows; r++)
            {
                call.D[r] = x.D[(long)(row + r) * x.Slices + slice];
                call.Starts[r] = -128 * Sum(x.Sums + (long)(row + r) * x.Groups + from / LossyFormat.Group, inputs / LossyFormat.Group);
            }
            code.Call(0, &call);
        }
        for (var p = 0; p < panels; p++)
            for (var r = 0; r < rows; r++)
                lossy.Scale(panel + p, y + (r * panels + p) * Lanes);
    }

    // An even number of sums.
    private static int Sum(int* sums, int count)
    {
        var four = Vector128<int>.Zero;
        for (; count >= 4; count -= 4, sums += 4)
            four += Vector128.Load(sums);
        return Vector128.Sum(four) + (count == 0 ? 0 : sums[0] + sums[1]);
    }
}
