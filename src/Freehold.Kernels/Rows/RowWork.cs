using Freehold.Kernels.Lanes;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Rows;

/// <summary>One row operation shared out by rows.</summary>
internal sealed class RowWork : ParallelWork
{
    public InstructionSet Isa;
    public RowCall Call;
    public int Rows;

    public override void Run(WorkerPool pool, int worker, int workers) =>
        Execute(Isa, in Call, (int)((long)Rows * worker / workers), (int)((long)Rows * (worker + 1) / workers));

    public static void Execute(InstructionSet isa, in RowCall call, int first, int end)
    {
        switch (isa)
        {
            case InstructionSet.Avx512:
                RowKernels<Avx512Lanes>.Execute(in call, first, end);
                break;
            case InstructionSet.Avx2:
            case InstructionSet.AvxVnni:
                RowKernels<Avx2Lanes>.Execute(in call, first, end);
                break;
            case InstructionSet.AdvSimd:
                RowKernels<AdvSimdLanes>.Execute(in call, first, end);
                break;
            default:
                RowKernels<ScalarLanes>.Execute(in call, first, end);
                break;
        }
    }
}
