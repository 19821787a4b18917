using System.Globalization;
using System.Runtime.InteropServices;

namespace Freehold.Kernels.Threads;

/// <summary>
/// How many threads are worth starting: the CPUs that the affinity mask allows, one per physical core where the system tells which are
/// siblings, and no more than the cgroup's CPU quota, rounded up.
/// </summary>
/// <param name="Allowed">CPUs this process may run on.</param>
/// <param name="Cores">Physical cores among them.</param>
/// <param name="Quota">CPUs' worth of time that the cgroup grants; null for no limit.</param>
public sealed record ProcessorBudget(int Allowed, int Cores, double? Quota)
{
    /// <summary>Threads to use, at least 1.</summary>
    public int Threads => Math.Max(1, Math.Min(Cores, Quota is { } quota ? (int)Math.Min(int.MaxValue, Math.Ceiling(quota)) : int.MaxValue));

    /// <summary>Reads this process's budget.</summary>
    public static ProcessorBudget Detect()
    {
        if (!OperatingSystem.IsLinux())
            return new ProcessorBudget(Environment.ProcessorCount, Environment.ProcessorCount, null);
        return Read(AllowedProcessors(), "/sys/fs/cgroup", "/proc/self/cgroup", "/sys/devices/system/cpu");
    }

    /// <summary>Reads a budget from folders laid out like Linux's.</summary>
    /// <param name="allowed">Numbers of the CPUs allowed.</param>
    /// <param name="cgroupRoot">Where the cgroup file systems are mounted.</param>
    /// <param name="membership">The file that names this process's cgroups (proc(5), /proc/self/cgroup).</param>
    /// <param name="cpuFolder">Holds cpuN/topology/thread_siblings_list.</param>
    internal static ProcessorBudget Read(IReadOnlyCollection<int> allowed, string cgroupRoot, string membership, string cpuFolder)
    {
        var cores = new HashSet<string>(StringComparer.Ordinal);
        foreach (var cpu in allowed)
        {
            var siblings = CgroupFiles.TryRead(Path.Combine(cpuFolder, $"cpu{cpu}", "topology", "thread_siblings_list"));
            cores.Add(string.IsNullOrEmpty(siblings) ? $"alone {cpu}" : siblings);
        }
        double? quota = null;
        foreach (var folder in CgroupFiles.Folders(cgroupRoot, membership, "cpu"))
            if (QuotaOf(folder) is { } here && !(quota <= here))
                quota = here;
        return new ProcessorBudget(allowed.Count, Math.Max(1, cores.Count), quota);
    }

    /// <summary>The quota of one cgroup: version 2's cpu.max ("max 100000" or "quota period"), or version 1's two files.</summary>
    private static double? QuotaOf(string folder)
    {
        if (CgroupFiles.TryRead(Path.Combine(folder, "cpu.max")) is { } both)
        {
            var parts = both.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return parts.Length == 2 ? Ratio(parts[0], parts[1]) : null;
        }
        var quota = CgroupFiles.TryRead(Path.Combine(folder, "cpu.cfs_quota_us"));
        var period = CgroupFiles.TryRead(Path.Combine(folder, "cpu.cfs_period_us"));
        return quota is null || period is null ? null : Ratio(quota, period);
    }

    private static double? Ratio(string quota, string period) =>
        long.TryParse(quota, NumberStyles.None, CultureInfo.InvariantCulture, out var q)
        && long.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out var p) && q > 0 && p > 0
            ? (double)q / p
            : null;

    /// <summary>Numbers of the CPUs that the affinity mask allows.</summary>
    internal static List<int> AllowedProcessors()
    {
        var mask = new ulong[128]; // 8,192 CPUs: the most a Linux kernel is built for.
        var cpus = new List<int>();
        if (Affinity.Get(0, (nuint)(mask.Length * sizeof(ulong)), mask) == 0)
            for (var cpu = 0; cpu < mask.Length * 64; cpu++)
                if ((mask[cpu / 64] >> (cpu % 64) & 1) != 0)
                    cpus.Add(cpu);
        if (cpus.Count == 0)
            cpus.AddRange(Enumerable.Range(0, Environment.ProcessorCount));
        return cpus;
    }

    private static class Affinity
    {
        // sched_getaffinity(2), of the calling thread for pid 0.
        [DllImport("libc", EntryPoint = "sched_getaffinity")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Get(int pid, nuint bytes, [In, Out] ulong[] mask);
    }
}
