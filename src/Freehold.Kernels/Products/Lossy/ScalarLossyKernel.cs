namespace Freehold.Kernels.Products.Lossy;

/// <summary>Weights packed with loss by plain loops: the oracle of every other kernel.</summary>
internal sealed unsafe class ScalarLossyKernel : ProductKernel
{
    internal override int OutputStep => 1;

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        // A row of values fits the scratch: no model is wider than half a million.
        var e = (sbyte*)scratch;
        for (var output = first; output < first + count; output++)
        {
            var panel = product.Weights.Lossy!.Panel(output / LossyFormat.Outputs);
            Unpack(product.Weights.Lossy.Format, panel, output % LossyFormat.Outputs, x.Columns, e);
            for (var row = 0; row < x.Rows; row++)
                Store(product, row, output, Chain(product.Weights, x, row, e) * ((float*)panel)[output % LossyFormat.Outputs]);
        }
    }

    /// <summary>The chain of docs/numerics.md, "Products packed with loss", before the output's scale.</summary>
    private static float Chain(WeightMatrix weights, ActivationRows x, int row, sbyte* e)
    {
        var q = x.Q8 + (long)row * x.Columns;
        var length = weights.Lossy!.Format.Slice;
        var d = x.D + (long)row * x.Slices;
        float y = 0;
        for (int slice = 0, i = 0; slice < x.Slices; slice++)
        {
            var isum = 0;
            for (var end = Math.Min(x.Columns, i + length); i < end; i++)
                isum += e[i] * q[i];
            y = MathF.FusedMultiplyAdd(isum, d[slice], y);
        }
        return y;
    }

    /// <summary>One output's values.</summary>
    /// <param name="format">How they are packed.</param>
    /// <param name="panel">The output's panel.</param>
    /// <param name="output">Which of its sixteen.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="e">Takes them.</param>
    internal static void Unpack(LossyFormat format, byte* panel, int output, int columns, sbyte* e)
    {
        var block = panel + LossyFormat.ValuesAt;
        for (var i = 0; i < columns; i++)
        {
            var (k, group) = (i % LossyFormat.Block, i % LossyFormat.Block / LossyFormat.Group);
            if (format.Kind == LossyKind.W8)
            {
                e[i] = (sbyte)block[k / 4 * 64 + output * 4 + k % 4];
            }
            else
            {
                var step = k % LossyFormat.Group / 4;
                var codes = block[LossyFormat.MultiplierBytes + group * 256 + (step & 3) * 64 + output * 4 + k % 4];
                e[i] = CodeGrid.Level(step < 4 ? codes & 15 : codes >> 4, block[group * 32 + output], (sbyte)block[group * 32 + 16 + output]);
            }
            if (k == LossyFormat.Block - 1)
                block += format.BlockBytes;
        }
    }
}
