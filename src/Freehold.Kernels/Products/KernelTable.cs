using System.Runtime.Intrinsics;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Blocks.Layouts;
using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Products;

/// <summary>Which kernel multiplies which weights by how many rows, for one instruction set.</summary>
internal sealed class KernelTable : IDisposable
{
    // From here on, unpacking a panel pays for itself.
    private const int ManyRows = 4;

    private readonly ProductKernel _float;
    private readonly ProductKernel _scalar = new ScalarKernel();
    private readonly Dictionary<TensorType, Kernels> _quantised = [];

    internal KernelTable(InstructionSet isa)
    {
        _float = new FloatKernel(isa);
        if (isa is not (InstructionSet.Avx2 or InstructionSet.AvxVnni or InstructionSet.Avx512 or InstructionSet.Avx512Vnni))
            return;
        Add<Q4_0Layout>(TensorType.Q4_0, isa);
        Add<Q4_1Layout>(TensorType.Q4_1, isa);
        Add<Q5_0Layout>(TensorType.Q5_0, isa);
        Add<Q5_1Layout>(TensorType.Q5_1, isa);
        Add<Q8_0Layout>(TensorType.Q8_0, isa);
        Add<Q2_KLayout>(TensorType.Q2_K, isa);
        Add<Q3_KLayout>(TensorType.Q3_K, isa);
        Add<Q4_KLayout>(TensorType.Q4_K, isa);
        Add<Q5_KLayout>(TensorType.Q5_K, isa);
        Add<Q6_KLayout>(TensorType.Q6_K, isa);
        Add<IQ4_NLLayout>(TensorType.IQ4_NL, isa);
        Add<IQ4_XSLayout>(TensorType.IQ4_XS, isa);
        Add<MXFP4Layout>(TensorType.MXFP4, isa);
    }

    /// <summary>The kernel for weights of a format and a number of activation rows.</summary>
    internal ProductKernel For(BlockFormat format, int rows, ActivationBits bits)
    {
        if (format.IsFloat)
            return _float;
        if (!_quantised.TryGetValue(format.Type, out var kernels))
            return _scalar;
        if (rows < ManyRows)
            return kernels.Few;
        return bits == ActivationBits.Eight ? kernels.ManyEight : kernels.ManySixteen;
    }

    /// <summary>Frees what kernels hold: generated code.</summary>
    public void Dispose()
    {
        foreach (var kernels in _quantised.Values)
            foreach (var kernel in new[] { kernels.Few, kernels.ManyEight, kernels.ManySixteen })
                (kernel as IDisposable)?.Dispose();
    }

    private void Add<T>(TensorType type, InstructionSet isa)
        where T : struct, IBlockLayout
    {
        // Without a byte dot product, bytes go through int16 sums, which unsigned values of up to 6 bits fit.
        ProductKernel Panel(bool eight) => isa switch
        {
            InstructionSet.Avx512Vnni => new VnniPanelKernel<T>(eight, code => new NativeRoutines(code)),
            InstructionSet.Avx512 => new PanelKernel<T, Avx512PanelLanes, Vector512<int>>(eight && !T.Signed),
            InstructionSet.AvxVnni => new PanelKernel<T, AvxVnniPanelLanes, Vector256<int>>(eight),
            _ => new PanelKernel<T, Avx2PanelLanes, Vector256<int>>(eight && !T.Signed),
        };
        _quantised.Add(type, new Kernels(new Avx2Gemv<T>(), Panel(eight: true), Panel(eight: false)));
    }

    private sealed record Kernels(ProductKernel Few, ProductKernel ManyEight, ProductKernel ManySixteen);
}
