using Freehold.Kernels.Products;

namespace Freehold.Models.Architectures.Layers;

/// <summary>
/// How a block's result joins the residual stream: straight from the output projection, or by way of a norm (gemma3) or a scale (granite).
/// </summary>
internal sealed unsafe class Joint
{
    private readonly Product[] _product;
    private readonly Norm? _norm;
    private readonly float _scale;

    public Joint(Workspace work, WeightMatrix weights, float* bias, Norm? norm, float scale)
    {
        _norm = norm;
        _scale = scale;
        Direct = norm is null && scale == 1;
        _product = [new Product(weights, Direct ? work.Stream : work.Branch, weights.Rows, bias, accumulate: Direct)];
    }

    private bool Direct { get; }

    /// <summary>Projects rows of <paramref name="inputLength"/> floats and adds them to the stream.</summary>
    public void Run(Pass pass, float* input, int inputLength)
    {
        var work = pass.Workspace;
        var width = work.Sizes.Embedding;
        work.Activations.Set(input, inputLength, pass.Rows, inputLength);
        pass.Compute.MatMul(work.Activations, _product);
        if (Direct)
            return;
        _norm?.Apply(pass, work.Branch, work.Branch, pass.Rows);
        if (_scale != 1)
            pass.Compute.Scale(work.Branch, width, _scale, pass.Rows, width);
        pass.Compute.Add(work.Stream, width, work.Branch, width, pass.Rows, width);
    }
}
