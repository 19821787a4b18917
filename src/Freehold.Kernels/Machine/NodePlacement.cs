using System.Globalization;
using System.Runtime.InteropServices;

namespace Freehold.Kernels.Machine;

/// <summary>
/// Where this process computes on a machine of several NUMA nodes: one model's threads and weights stay on one node, because reading the other's memory
/// is slower. Linux puts memory on the node of the CPU that touches it first, so threads that stay keep the weights there too.
/// </summary>
/// <param name="Node">The node chosen; null: all of the machine.</param>
/// <param name="Why">The reason, for people.</param>
public sealed record NodePlacement(NumaNode? Node, string Why)
{
    /// <summary>Chooses: the node with the most CPUs for us, of such the one with the most memory, if the model fits it.</summary>
    /// <param name="nodes">As <see cref="NumaTopology.Detect"/> gives them.</param>
    /// <param name="modelBytes">The weights' bytes.</param>
    /// <param name="threads">Threads that were asked for; null for as many as there are cores.</param>
    public static NodePlacement Choose(IReadOnlyList<NumaNode> nodes, long modelBytes, int? threads = null)
    {
        if (nodes.Count == 0)
            return new NodePlacement(null, "the system tells no NUMA nodes");
        if (nodes.Count == 1)
            return new NodePlacement(null, "one NUMA node has all CPUs this process may use");
        var best = nodes.OrderByDescending(node => node.Processors.Count).ThenByDescending(node => node.MemoryBytes).ThenBy(node => node.Number).First();
        if (threads > best.Processors.Count)
            return new NodePlacement(null, string.Create(CultureInfo.InvariantCulture,
                $"{threads} threads were asked for, more than the {best.Processors.Count} CPUs of one of {nodes.Count} NUMA nodes"));
        // A quarter more than the weights, for keys, values and workspace.
        if (best.MemoryBytes > 0 && modelBytes + modelBytes / 4 > best.MemoryBytes)
            return new NodePlacement(null, string.Create(CultureInfo.InvariantCulture,
                $"the model needs more than the {best.MemoryBytes / (double)(1L << 30):0.#} GiB of one of {nodes.Count} NUMA nodes, so threads and weights spread over all"));
        return new NodePlacement(best, string.Create(CultureInfo.InvariantCulture,
            $"threads and weights stay on node {best.Number} of {nodes.Count} ({best.Processors.Count} CPUs); serve the others with a process each (taskset)"));
    }

    /// <summary>Moves every thread of this process to the node; threads that start later follow. Do it before worker threads are counted and weights are read.</summary>
    /// <returns>Whether the process now runs there; false where the system refuses, or there is nothing to move.</returns>
    public bool Apply() => Node is not null && OperatingSystem.IsLinux() && Bind(Node.Processors);

    internal static bool Bind(IReadOnlyList<int> processors)
    {
        var mask = new ulong[processors.Max() / 64 + 1];
        foreach (var processor in processors)
            mask[processor / 64] |= 1UL << processor % 64;
        var moved = false;
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
            if (int.TryParse(Path.GetFileName(task), NumberStyles.None, CultureInfo.InvariantCulture, out var thread))
                moved |= Affinity.Set(thread, (nuint)(mask.Length * sizeof(ulong)), mask) == 0; // a thread may have ended meanwhile
        return moved;
    }

    private static class Affinity
    {
        // sched_setaffinity(2)
        [DllImport("libc", EntryPoint = "sched_setaffinity")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Set(int thread, nuint bytes, ulong[] mask);
    }
}
