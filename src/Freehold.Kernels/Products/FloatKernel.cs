namespace Freehold.Kernels.Products;

/// <summary>Float weights: the products are <see cref="FloatProducts"/>'s, the bias and the residual are added here.</summary>
internal sealed unsafe class FloatKernel(InstructionSet isa) : ProductKernel
{
    private const int RowsAtOnce = 64;
    private const int OutputsAtOnce = 64;
    private const int ResultBytes = RowsAtOnce * OutputsAtOnce * sizeof(float);

    internal override int OutputStep => 8;

    internal override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        if (product.Bias is null && !product.Accumulate)
        {
            FloatProducts.Multiply(isa, product.Weights, first, count, x.X, x.Stride, x.Rows, product.Output + first, product.OutputStride, scratch, ScratchBytes);
            return;
        }
        var y = (float*)scratch;
        for (var output = first; output < first + count; output += OutputsAtOnce)
        {
            var outputs = Math.Min(OutputsAtOnce, first + count - output);
            for (var row = 0; row < x.Rows; row += RowsAtOnce)
            {
                var rows = Math.Min(RowsAtOnce, x.Rows - row);
                FloatProducts.Multiply(isa, product.Weights, output, outputs, x.X + row * x.Stride, x.Stride, rows, y, OutputsAtOnce, scratch + ResultBytes, ScratchBytes - ResultBytes);
                for (var r = 0; r < rows; r++)
                    for (var o = 0; o < outputs; o++)
                        Store(product, row + r, output + o, y[r * OutputsAtOnce + o]);
            }
        }
    }
}
