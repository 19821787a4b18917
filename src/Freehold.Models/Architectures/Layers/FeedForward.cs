using Freehold.Kernels.Products;
using Freehold.Kernels.Rows;

namespace Freehold.Models.Architectures.Layers;

/// <summary>
/// A feed-forward block up to its output projection, which reads <see cref="Workspace.Gate"/>. Gated (arXiv 2002.05202): f(gate) * up;
/// plain: f(up).
/// </summary>
internal sealed unsafe class FeedForward(Product[] project, Activation activation, bool gated, int length)
{
    /// <summary>From the normed rows to the hidden rows.</summary>
    public void Run(Pass pass, float* input, int inputLength)
    {
        var work = pass.Workspace;
        work.Activations.Set(input, inputLength, pass.Rows, inputLength);
        pass.Compute.MatMul(work.Activations, project);
        if (gated)
            pass.Compute.Gate(activation, work.Gate, length, work.Up, length, work.Gate, length, pass.Rows, length);
        else
            pass.Compute.Activate(activation, work.Gate, length, pass.Rows, length);
    }
}
