using System.Runtime.InteropServices;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Check;

/// <summary>A parallel piece of work as a delegate, and threads kept on cores of their own.</summary>
internal sealed class Pinned(Action<int, int> run) : ParallelWork
{
    public override void Run(WorkerPool pool, int worker, int workers) => run(worker, workers);

    /// <summary>Puts each worker on a CPU of its own, no two on one core where the system tells.</summary>
    internal static void Pin(WorkerPool pool)
    {
        var cpus = Cpus();
        pool.Run(new Pinned((worker, _) =>
        {
            if (worker >= cpus.Count)
                return;
            var mask = new ulong[128];
            mask[cpus[worker] / 64] = 1UL << (cpus[worker] % 64);
            _ = SetAffinity(0, (nuint)(mask.Length * 8), mask);
        }));
    }

    private static readonly List<int> Allowed = ReadAllowed();

    private static List<int> Cpus()
    {
        var seen = new HashSet<string>();
        return [.. Allowed.Where(cpu =>
        {
            var file = $"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list";
            return seen.Add(File.Exists(file) ? File.ReadAllText(file) : $"{cpu}");
        })];
    }

    // Read before anything is pinned.
    private static List<int> ReadAllowed()
    {
        var mask = new ulong[128];
        _ = GetAffinity(0, (nuint)(mask.Length * 8), mask);
        return [.. Enumerable.Range(0, mask.Length * 64).Where(cpu => (mask[cpu / 64] >> (cpu % 64) & 1) != 0)];
    }

    [DllImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetAffinity(int thread, nuint bytes, [In] ulong[] mask);

    [DllImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetAffinity(int thread, nuint bytes, [In, Out] ulong[] mask);
}
