using Freehold.Kernels.Blocks;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Products;

/// <summary>Looks rows of a matrix up: each worker dequantises every so-manieth id.</summary>
internal sealed unsafe class GatherWork : ParallelWork
{
    internal WeightMatrix Matrix { get; set; } = null!;

    internal int* Ids { get; set; }

    internal int Count { get; set; }

    internal float* Output { get; set; }

    internal long OutputStride { get; set; }

    /// <inheritdoc/>
    public override void Run(WorkerPool pool, int worker, int workers)
    {
        for (var i = worker; i < Count; i += workers)
            Dequantise.Row(Matrix.Type, Matrix.Row(Ids[i]), Output + i * OutputStride, Matrix.Columns);
    }
}
