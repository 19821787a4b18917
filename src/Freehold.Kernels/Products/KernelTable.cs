using Freehold.Kernels.Blocks;
using Freehold.Kernels.Blocks.Layouts;

namespace Freehold.Kernels.Products;

/// <summary>Which kernel multiplies which weights by how many rows, for one instruction set.</summary>
internal sealed class KernelTable
{
    // From here on, unpacking a panel pays for itself.
    private const int ManyRows = 4;

    private readonly ProductKernel _float;
    private readonly ProductKernel _scalar = new ScalarKernel();
    private readonly Dictionary<TensorType, (ProductKernel Few, ProductKernel Many)> _vector = [];

    internal KernelTable(InstructionSet isa)
    {
        _float = new FloatKernel(isa);
        if (isa is not (InstructionSet.Avx2 or InstructionSet.AvxVnni or InstructionSet.Avx512))
            return;
        var wide = isa == InstructionSet.Avx512;
        Register<Q8_0Block, Q8_0Layout>(wide);
        Register<Q4_0Block, Q4_0Layout>(wide);
        Register<Q4_1Block, Q4_1Layout>(wide);
        Register<Q5_0Block, Q5_0Layout>(wide);
        Register<Q5_1Block, Q5_1Layout>(wide);
        Register<Q2_KBlock, Q2_KLayout>(wide);
        Register<Q3_KBlock, Q3_KLayout>(wide);
        Register<Q4_KBlock, Q4_KLayout>(wide);
        Register<Q5_KBlock, Q5_KLayout>(wide);
        Register<Q6_KBlock, Q6_KLayout>(wide);
        Register<IQ4_NLBlock, IQ4_NLLayout>(wide);
        Register<IQ4_XSBlock, IQ4_XSLayout>(wide);
        Register<MXFP4Block, MXFP4Layout>(wide);
    }

    /// <summary>The kernel for weights of a format and a number of activation rows.</summary>
    internal ProductKernel For(BlockFormat format, int rows, ActivationBits bits)
    {
        if (format.IsFloat)
            return _float;
        return _vector.TryGetValue(format.Type, out var kernels) ? rows >= ManyRows ? kernels.Many : kernels.Few : _scalar;
    }

    private void Register<TBlock, TLayout>(bool wide)
        where TBlock : struct, IVectorBlock
        where TLayout : struct, IBlockLayout
    {
        var few = new Avx2Gemv<TLayout>();
        _vector.Add(TBlock.Type, (few, wide ? new PanelKernel<TBlock>() : few));
    }
}
