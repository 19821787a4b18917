using System.Runtime.InteropServices;
using Freehold.Kernels.Products;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>Runs one kernel on this thread and gives its outputs.</summary>
internal static unsafe class ByKernel
{
    internal static float[] Multiply(ProductKernel kernel, ActivationBits bits, WeightMatrix weights, float[] x, int rows)
    {
        var scratch = (byte*)NativeMemory.AlignedAlloc(ProductKernel.ScratchBytes, 64);
        using var activations = new ActivationRows(rows, weights.Columns, bits);
        var y = new float[rows * weights.Rows];
        fixed (float* px = x, py = y)
        {
            activations.Set(px, weights.Columns, rows, weights.Columns);
            for (var row = 0; row < rows; row++)
                Quantiser.Row(InstructionSet.Scalar, activations, row);
            for (var tile = 0; tile * ActivationRows.TileRows < rows; tile++)
                Tiler.Tile(activations, tile);
            kernel.Multiply(new Product(weights, py, weights.Rows), activations, 0, weights.Rows, scratch);
        }
        NativeMemory.AlignedFree(scratch);
        return y;
    }
}
