using System.Runtime.Intrinsics;
using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Products;

/// <summary>
/// Multiplies some outputs of one product by all activation rows and stores them, bias and residual included.
/// One instance per weight type and instruction set, shared by all workers: it holds no state.
/// </summary>
internal abstract unsafe class ProductKernel
{
    /// <summary>Bytes of scratch each worker brings.</summary>
    internal const int ScratchBytes = 640 * 1024;

    /// <summary>Outputs that this kernel likes to take at once; units of work are whole multiples.</summary>
    internal abstract int OutputStep { get; }

    /// <summary>Whether the tiled copies of the activations must have been made.</summary>
    internal virtual bool NeedsTiles => false;

    /// <summary>What the calling thread must have entered, where the kernel uses AMX; it then wants the activations in AMX's tiles.</summary>
    internal virtual TileConfiguration? AmxTiles => null;

    /// <summary>Computes outputs <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1.</summary>
    /// <param name="product">What to multiply and where to.</param>
    /// <param name="x">The activations, quantised where the weights are.</param>
    /// <param name="first">First output.</param>
    /// <param name="count">Outputs.</param>
    /// <param name="scratch">This worker's <see cref="ScratchBytes"/>, 64-byte aligned.</param>
    internal abstract void Multiply(in Product product, ActivationRows x, int first, int count, byte* scratch);

    /// <summary>Stores one finished chain.</summary>
    protected static void Store(in Product product, int row, int output, float y)
    {
        if (product.Bias is not null)
            y += product.Bias[output];
        var p = product.Output + row * product.OutputStride + output;
        *p = product.Accumulate ? *p + y : y;
    }

    /// <summary>Stores the finished chains of one row: the first <paramref name="valid"/> of <paramref name="outputs"/>, which are a multiple of eight.</summary>
    protected static void Store(in Product product, int row, int first, int valid, float* y, int outputs)
    {
        if (valid < outputs)
        {
            for (var o = 0; o < valid; o++)
                Store(product, row, first + o, y[o]);
            return;
        }
        var to = product.Output + row * product.OutputStride + first;
        for (var o = 0; o < outputs; o += 8)
        {
            var value = Vector256.Load(y + o);
            if (product.Bias is not null)
                value += Vector256.Load(product.Bias + first + o);
            (product.Accumulate ? Vector256.Load(to + o) + value : value).Store(to + o);
        }
    }
}
