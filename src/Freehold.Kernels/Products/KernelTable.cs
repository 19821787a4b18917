using Freehold.Kernels.Blocks;
using Freehold.Kernels.Blocks.Layouts;

namespace Freehold.Kernels.Products;

/// <summary>Which kernel multiplies which weights by how many rows, for one instruction set.</summary>
internal sealed class KernelTable
{
    private readonly ProductKernel _float;
    private readonly ProductKernel[] _few = new ProductKernel[64];

    internal KernelTable(InstructionSet isa)
    {
        _float = new FloatKernel(isa);
        Array.Fill(_few, new ScalarKernel());
        if (isa is InstructionSet.Scalar or InstructionSet.AdvSimd)
            return;
        Add<Q4_0Layout>(TensorType.Q4_0);
        Add<Q4_1Layout>(TensorType.Q4_1);
        Add<Q5_0Layout>(TensorType.Q5_0);
        Add<Q5_1Layout>(TensorType.Q5_1);
        Add<Q8_0Layout>(TensorType.Q8_0);
        Add<Q2_KLayout>(TensorType.Q2_K);
        Add<Q3_KLayout>(TensorType.Q3_K);
        Add<Q4_KLayout>(TensorType.Q4_K);
        Add<Q5_KLayout>(TensorType.Q5_K);
        Add<Q6_KLayout>(TensorType.Q6_K);
        Add<IQ4_NLLayout>(TensorType.IQ4_NL);
        Add<IQ4_XSLayout>(TensorType.IQ4_XS);
        Add<MXFP4Layout>(TensorType.MXFP4);
    }

    /// <summary>The kernel for weights of a format and a number of activation rows.</summary>
    internal ProductKernel For(BlockFormat format, int rows, ActivationBits bits) =>
        format.IsFloat ? _float : _few[(int)format.Type];

    private void Add<T>(TensorType type)
        where T : struct, IBlockLayout => _few[(int)type] = new Avx2Gemv<T>();
}
