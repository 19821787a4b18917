namespace Freehold.Kernels.Products;

/// <summary>A kernel for many rows that unpacks <see cref="ProductKernel.OutputStep"/> outputs for as many rows as its scratch has chains for, again and again until all are done.</summary>
internal abstract unsafe class RowBlockKernel : ProductKernel
{
    /// <summary>Rows whose chains wait in scratch at once.</summary>
    protected const int RowsAtOnce = 512;

    internal sealed override void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch)
    {
        var (end, outputs) = (first + count, OutputStep);
        for (; first < end; first += outputs)
            for (var row = 0; row < x.Rows; row += RowsAtOnce)
                Panel(product, x, first, Math.Min(outputs, end - first), row, Math.Min(RowsAtOnce, x.Rows - row), scratch);
    }

    /// <summary>Computes the first <paramref name="valid"/> of the outputs from <paramref name="first"/> for some rows.</summary>
    protected abstract void Panel(in Product product, ActivationRows x, int first, int valid, int row, int rows, byte* scratch);
}
