namespace Freehold.Kernels.Products.Lossy;

/// <summary>How weights are packed where an owner gives accuracy away for speed (docs/lossy-packing.md). A model so packed is another model: its bits differ.</summary>
public enum LossyKind
{
    /// <summary>int8 values, one scale an output.</summary>
    W8 = 8,

    /// <summary>4-bit codes, with a multiplier in sixteenths and an integer base for 32 inputs that make them int8 values again; one scale an output.</summary>
    W4 = 4,
}
