using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Rows;

/// <summary>Operations on one row of floats, written once over <see cref="ILanes16{TSelf}"/> and compiled per instruction set.</summary>
internal abstract unsafe class RowKernels
{
    public static RowKernels For(InstructionSet isa) => isa switch
    {
        InstructionSet.Avx512 or InstructionSet.Avx512Vnni or InstructionSet.Amx => new LaneRowKernels<Avx512Lanes>(),
        InstructionSet.Avx2 or InstructionSet.AvxVnni => new LaneRowKernels<Avx2Lanes>(),
        InstructionSet.AdvSimd => new LaneRowKernels<AdvSimdLanes>(),
        _ => new LaneRowKernels<ScalarLanes>(),
    };

    public abstract void RmsNorm(float* x, float* weight, float epsilon, float* y, int length);

    public abstract void LayerNorm(float* x, float* weight, float* bias, float epsilon, float* y, int length);

    public abstract void Gate(Activation kind, float* gate, float* up, float* y, int length);

    public abstract void Activate(Activation kind, float* x, int length);

    public abstract void Add(float* x, float* y, int length);

    public abstract void Scale(float* x, float factor, int length);

    public abstract void SoftCap(float* x, float cap, int length);
}
