using Freehold.Kernels.Blocks;
using Freehold.Kernels.Blocks.Layouts;

namespace Freehold.Kernels.Products;

/// <summary>The kernels of Arm64, one pair a quantised type.</summary>
internal static class AdvSimdKernels
{
    /// <summary>Gives <paramref name="add"/> each type's kernel for few rows and its kernel for many.</summary>
    internal static void AddTo(Action<TensorType, ProductKernel, ProductKernel> add)
    {
        Add<Q4_0Layout, Q4_0Run>(TensorType.Q4_0);
        Add<Q4_1Layout, Q4_1Run>(TensorType.Q4_1);
        Add<Q5_0Layout, Q5_0Run>(TensorType.Q5_0);
        Add<Q5_1Layout, Q5_1Run>(TensorType.Q5_1);
        Add<Q8_0Layout, Q8_0Run>(TensorType.Q8_0);
        Add<Q2_KLayout, Q2_KRun>(TensorType.Q2_K);
        Add<Q3_KLayout, Q3_KRun>(TensorType.Q3_K);
        Add<Q4_KLayout, Q4_KRun>(TensorType.Q4_K);
        Add<Q5_KLayout, Q5_KRun>(TensorType.Q5_K);
        Add<Q6_KLayout, Q6_KRun>(TensorType.Q6_K);
        Add<IQ4_NLLayout, IQ4_NLRun>(TensorType.IQ4_NL);
        Add<IQ4_XSLayout, IQ4_XSRun>(TensorType.IQ4_XS);
        Add<MXFP4Layout, MXFP4Run>(TensorType.MXFP4);

        void Add<T, TRun>(TensorType type)
            where T : struct, IBlockLayout
            where TRun : struct, IAdvSimdRun =>
            add(type, new AdvSimdGemv<T, TRun>(), new AdvSimdPanels<T, TRun>());
    }
}
