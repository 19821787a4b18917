using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Rows;

/// <summary>A row operation shared by the workers: each takes a run of whole rows.</summary>
internal sealed unsafe class RowWork(RowKernels kernels) : ParallelWork
{
    // Below this many floats, waking the others takes longer than the work.
    private const long Alone = 16 * 1024;

    public Operation Kind;
    public Activation Function;
    public float* X, Y, To;
    public long XStride, YStride, ToStride;
    public float* Weight, Bias;
    public float Number;
    public int Rows, Columns;

    internal enum Operation
    {
        RmsNorm,
        LayerNorm,
        Gate,
        Activate,
        Add,
        Scale,
        SoftCap,
    }

    public void Start(WorkerPool pool)
    {
        if ((long)Rows * Columns < Alone)
            Run(pool, 0, 1);
        else
            pool.Run(this);
    }

    public override void Run(WorkerPool pool, int worker, int workers)
    {
        var (first, end) = ((int)((long)Rows * worker / workers), (int)((long)Rows * (worker + 1) / workers));
        for (var row = first; row < end; row++)
        {
            var x = X + row * XStride;
            switch (Kind)
            {
                case Operation.RmsNorm:
                    kernels.RmsNorm(x, Weight, Number, To + row * ToStride, Columns);
                    break;
                case Operation.LayerNorm:
                    kernels.LayerNorm(x, Weight, Bias, Number, To + row * ToStride, Columns);
                    break;
                case Operation.Gate:
                    kernels.Gate(Function, x, Y + row * YStride, To + row * ToStride, Columns);
                    break;
                case Operation.Activate:
                    kernels.Activate(Function, x, Columns);
                    break;
                case Operation.Add:
                    kernels.Add(x, Y + row * YStride, Columns);
                    break;
                case Operation.Scale:
                    kernels.Scale(x, Number, Columns);
                    break;
                default:
                    kernels.SoftCap(x, Number, Columns);
                    break;
            }
        }
    }
}
