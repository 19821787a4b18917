namespace Freehold.Kernels.Products;

/// <summary>How finely activations are quantised before an integer product.</summary>
public enum ActivationBits
{
    /// <summary>int8 in blocks of 32, d = amax / 127.</summary>
    Eight = 8,
    /// <summary>15 bits in blocks of 32, as exact integers q = 128 * high + low with |q| at most 16,256, d = amax / 16,256.</summary>
    Sixteen = 16,
}
