namespace Freehold.Kernels.Products;

/// <summary>
/// One matrix product of a parallel region: <c>Output[r][o] = (Accumulate ? Output[r][o] : 0) + (chain(Weights[o], x[r]) + Bias[o])</c>,
/// with the chain of docs/numerics.md; without a bias nothing is added, and without accumulation the chain (plus bias) is stored as it is.
/// </summary>
public readonly unsafe struct Product
{
    /// <summary>Describes a product.</summary>
    public Product(WeightMatrix weights, float* output, long outputStride, float* bias = null, bool accumulate = false)
    {
        Weights = weights;
        Output = output;
        OutputStride = outputStride;
        Bias = bias;
        Accumulate = accumulate;
    }

    /// <summary>The weights: outputs by inputs.</summary>
    public WeightMatrix Weights { get; }

    /// <summary>First output of row 0.</summary>
    public float* Output { get; }

    /// <summary>Floats from one output row to the next.</summary>
    public long OutputStride { get; }

    /// <summary>One float per output, or null.</summary>
    public float* Bias { get; }

    /// <summary>Whether the result is added to what the output holds (a residual).</summary>
    public bool Accumulate { get; }
}
