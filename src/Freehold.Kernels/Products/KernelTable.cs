using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products;

/// <summary>Which kernel multiplies which weights by how many rows, for one instruction set.</summary>
internal sealed class KernelTable
{
    // From here on, unpacking a panel pays for itself.
    private const int ManyRows = 24;

    private readonly ProductKernel _float;
    private readonly ProductKernel _scalar = new ScalarKernel();
    private readonly Dictionary<TensorType, (ProductKernel Few, ProductKernel Many)> _vector = [];

    internal KernelTable(InstructionSet isa)
    {
        _float = new FloatKernel(isa);
        if (isa is not (InstructionSet.Avx2 or InstructionSet.AvxVnni or InstructionSet.Avx512))
            return;
        var wide = isa == InstructionSet.Avx512;
        Register<Q8_0Block>(wide);
        Register<Q4_0Block>(wide);
        Register<Q4_1Block>(wide);
        Register<Q5_0Block>(wide);
        Register<Q5_1Block>(wide);
        Register<Q2_KBlock>(wide);
        Register<Q3_KBlock>(wide);
        Register<Q4_KBlock>(wide);
        Register<Q5_KBlock>(wide);
        Register<Q6_KBlock>(wide);
        Register<IQ4_NLBlock>(wide);
        Register<IQ4_XSBlock>(wide);
        Register<MXFP4Block>(wide);
    }

    /// <summary>The kernel for weights of a format and a number of activation rows.</summary>
    internal ProductKernel For(BlockFormat format, int rows)
    {
        if (format.IsFloat)
            return _float;
        return _vector.TryGetValue(format.Type, out var kernels) ? rows >= ManyRows ? kernels.Many : kernels.Few : _scalar;
    }

    private void Register<TBlock>(bool wide)
        where TBlock : struct, IVectorBlock
    {
        var few = new OctetKernel<TBlock>();
        _vector.Add(TBlock.Type, (few, wide ? new PanelKernel<TBlock>() : few));
    }
}
