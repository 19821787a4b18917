using Freehold.Kernels.Blocks;
using Freehold.Kernels.Blocks.Layouts;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>The generated panel kernels with the interpreter in the CPU's place.</summary>
internal static unsafe class InterpretedPanels
{
    /// <summary>The kernel for a type. What its code may touch is exactly what a call describes.</summary>
    internal static ProductKernel Kernel(TensorType type, bool quads, int groupsAtOnce) => type switch
    {
        TensorType.Q4_0 => Of<Q4_0Layout, NibblePlanes, HalfScales>(quads, groupsAtOnce),
        TensorType.Q4_1 => Of<Q4_1Layout, NibblePlanes, HalfMinimumScales>(quads, groupsAtOnce),
        TensorType.Q5_0 => Of<Q5_0Layout, FiveBitPlanes, HalfScales>(quads, groupsAtOnce),
        TensorType.Q5_1 => Of<Q5_1Layout, FiveBitPlanes, HalfMinimumScales>(quads, groupsAtOnce),
        TensorType.Q8_0 => Of<Q8_0Layout, BytePlanes, HalfScales>(quads, groupsAtOnce),
        TensorType.Q2_K => Of<Q2_KLayout, TwoBitPlanes, SuperScales<Q2_KLayout>>(quads, groupsAtOnce),
        TensorType.Q3_K => Of<Q3_KLayout, ThreeBitPlanes, SuperScales<Q3_KLayout>>(quads, groupsAtOnce),
        TensorType.Q4_K => Of<Q4_KLayout, NibblePlanes, SuperScales<Q4_KLayout>>(quads, groupsAtOnce),
        TensorType.Q5_K => Of<Q5_KLayout, FiveBitPlanes, SuperScales<Q5_KLayout>>(quads, groupsAtOnce),
        TensorType.Q6_K => Of<Q6_KLayout, SixBitPlanes, SuperScales<Q6_KLayout>>(quads, groupsAtOnce),
        TensorType.IQ4_NL => Of<IQ4_NLLayout, NonLinearPlanes, HalfScales>(quads, groupsAtOnce),
        TensorType.IQ4_XS => Of<IQ4_XSLayout, NonLinearPlanes, SuperScales<IQ4_XSLayout>>(quads, groupsAtOnce),
        TensorType.MXFP4 => Of<MXFP4Layout, E2M1Planes, E8M0Scales>(quads, groupsAtOnce),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a quantised type"),
    };

    private static VnniPanelKernel<T, TPlanes, TScales> Of<T, TPlanes, TScales>(bool quads, int groupsAtOnce)
        where T : struct, IBlockLayout
        where TPlanes : struct, ICodePlanes
        where TScales : struct, IPanelScales
    {
        PanelShape shape = default;
        var kernel = new VnniPanelKernel<T, TPlanes, TScales>(
            quads, code => new InterpretedRoutines(code, (i, routine, call) => Allow(i, shape, routine + 1, (PanelCall*)call)),
            new ChosenKernels(new KernelChoice(0, 0, groupsAtOnce, KernelChoice.Never)));
        shape = kernel.Shape;
        return kernel;
    }

    internal static void Allow(Interpreter interpreter, PanelShape shape, int rows, PanelCall* call)
    {
        var groups = call->Groups;
        var units = shape.Halves ? 2 * groups : groups;
        interpreter.Allow(call, sizeof(PanelCall));
        interpreter.Allow(call->Panel, groups * 32 * 32 * (shape.Quads ? 1 : 2));
        interpreter.Allow(call->Scale, units * 32 * 4);
        interpreter.Allow(call->Q, groups * 32 * 8 * (shape.Quads ? 1 : 2));
        interpreter.Allow(call->D, groups * 8 * 4);
        interpreter.Allow(call->Y, rows * 32 * 4, write: true);
        if (shape.Offset != 0)
        {
            interpreter.Allow(call->Sums, groups * 3 * 8 * 4);
            interpreter.Allow(call->Starts, 32, write: true);
        }
        if (shape.Minimum)
        {
            interpreter.Allow(call->Minimum, units * 32 * 4);
            interpreter.Allow(call->DSums, groups * 3 * 8 * 4);
        }
    }
}
