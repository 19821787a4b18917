using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products;

/// <summary>Which kernel multiplies which weights by how many rows, for one instruction set.</summary>
internal sealed class KernelTable
{
    private readonly ProductKernel _float;
    private readonly ProductKernel _scalar = new ScalarKernel();

    internal KernelTable(InstructionSet isa)
    {
        _float = new FloatKernel(isa);
    }

    /// <summary>The kernel for weights of a format and a number of activation rows.</summary>
    internal ProductKernel For(BlockFormat format, int rows, ActivationBits bits)
    {
        if (format.IsFloat)
            return _float;
        return _scalar;
    }
}
