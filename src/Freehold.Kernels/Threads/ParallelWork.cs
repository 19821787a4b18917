namespace Freehold.Kernels.Threads;

/// <summary>Work for all workers of a <see cref="WorkerPool"/>. Allocate once, set its fields before each run.</summary>
public abstract class ParallelWork
{
    /// <summary>Does this worker's share; all workers call it at once.</summary>
    /// <param name="pool">The pool that runs it, for <see cref="WorkerPool.Barrier"/>.</param>
    /// <param name="worker">0 to workers - 1; 0 is the calling thread.</param>
    /// <param name="workers">How many share the work.</param>
    public abstract void Run(WorkerPool pool, int worker, int workers);
}
