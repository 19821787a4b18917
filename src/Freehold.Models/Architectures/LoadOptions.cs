using Freehold.Kernels.Attention;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;
using Freehold.Models.Packing;

namespace Freehold.Models.Architectures;

/// <summary>How a model is loaded.</summary>
public sealed record LoadOptions
{
    /// <summary>Bits of activations; null takes 16 for models under one billion parameters and 8 above (a rule by model, never by machine).</summary>
    public ActivationBits? Activations { get; init; }

    /// <summary>How keys and values are stored. Logits depend on it. An encoder's are always f32: they are kept for one layer only.</summary>
    public KvType KeysValues { get; init; }

    /// <summary>Where packed weights are kept and found; null runs the model from its own file.</summary>
    public PackFolder? Packs { get; init; }

    /// <summary>How the weights are rounded where an owner gives accuracy away for speed; null leaves the file's own values. It needs <see cref="Packs"/>.</summary>
    public LossyKind? Lossy { get; init; }

    /// <summary>Rows one forward may take.</summary>
    public int MaxRows { get; init; } = 512;

    /// <summary>Rows of logits one forward may give.</summary>
    public int MaxLogitRows { get; init; } = 64;

    /// <summary>
    /// The context the model will be used with; 0 for the one it was trained for. It matters for models with two sets of rope factors (longrope):
    /// up to the original context the short ones hold, beyond it the long ones.
    /// </summary>
    public int Context { get; init; }
}
