using Freehold.Commands;
using Freehold.Kernels.Machine;
using Freehold.Kernels.Threads;

namespace Freehold.Hosting;

/// <summary>The threads that all models of this process share: one budget of cores, on one NUMA node where the machine has several and the models fit one.</summary>
internal sealed record SharedThreads(WorkerPool Workers, NodePlacement Placement) : IDisposable
{
    /// <summary>Moves the process to its node and starts the threads.</summary>
    /// <param name="threads">How many; null for what the environment says, or the cores there are.</param>
    /// <param name="modelBytes">Bytes of all the models' weights.</param>
    public static SharedThreads Start(int? threads, long modelBytes)
    {
        var asked = CommonOptions.ComputeOf(threads).Threads;
        var placement = NodePlacement.Choose(NumaTopology.Detect(), modelBytes, asked);
        if (placement.Node is not null && !placement.Apply())
            placement = new NodePlacement(null, "the system does not let this process move to one NUMA node");
        return new SharedThreads(new WorkerPool(asked ?? ProcessorBudget.Detect().Threads), placement);
    }

    public void Dispose() => Workers.Dispose();
}
