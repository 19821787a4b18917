using Freehold.Kernels.Products;
using Freehold.Models.Files;

namespace Freehold.Models.Architectures;

/// <summary>Counts a model's weights and says which activations it has by default.</summary>
public static class ParameterCount
{
    /// <summary>From this number of parameters on, activations have 8 bits by default; below, 16.</summary>
    public const long EightBitsFrom = 1_000_000_000;

    /// <summary>Values of all tensors.</summary>
    public static long Of(IModelSource source)
    {
        long sum = 0;
        foreach (var tensor in source.Tensors)
        {
            long product = 1;
            foreach (var length in tensor.Shape)
                product = checked(product * length);
            sum = checked(sum + product);
        }
        return sum;
    }

    /// <summary>The rule by model: below a billion parameters int8 activations visibly hurt.</summary>
    public static ActivationBits DefaultActivations(long parameters) =>
        parameters >= EightBitsFrom ? ActivationBits.Eight : ActivationBits.Sixteen;
}
