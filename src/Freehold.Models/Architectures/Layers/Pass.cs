using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Models.Inference;

namespace Freehold.Models.Architectures.Layers;

/// <summary>One forward pass on its way through the layers.</summary>
internal sealed class Pass(Compute compute, Workspace workspace)
{
    public Compute Compute { get; } = compute;

    public Workspace Workspace { get; } = workspace;

    /// <summary>Rows still carried; the last layer keeps only those that logits are asked for.</summary>
    public int Rows { get; set; }

    /// <summary>The batch that is run.</summary>
    public ForwardBatch Batch { get; set; } = null!;

    /// <summary>Where keys and values of the layer at hand lie in a page.</summary>
    public StateLayer State { get; set; }

    /// <summary>The pages.</summary>
    public KvMemory Memory { get; set; }
}
