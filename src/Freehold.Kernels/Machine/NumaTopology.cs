using System.Globalization;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Machine;

/// <summary>A part of the machine whose CPUs reach its memory faster than the rest.</summary>
/// <param name="Number">The system's number of it.</param>
/// <param name="Processors">Its CPUs, those this process may run on.</param>
/// <param name="MemoryBytes">Its memory; 0 where unknown.</param>
public sealed record NumaNode(int Number, IReadOnlyList<int> Processors, long MemoryBytes);

/// <summary>Which CPUs and which memory belong together, as Linux tells (Documentation/admin-guide/mm/numaperf.rst, sysfs-devices-node).</summary>
public static class NumaTopology
{
    /// <summary>The nodes that have CPUs for this process, ascending; empty where the system does not tell.</summary>
    public static IReadOnlyList<NumaNode> Detect() =>
        OperatingSystem.IsLinux() ? Read("/sys/devices/system/node", ProcessorBudget.AllowedProcessors()) : [];

    /// <summary>Reads a folder laid out like /sys/devices/system/node.</summary>
    /// <param name="folder">Holds nodeN/cpulist and nodeN/meminfo.</param>
    /// <param name="allowed">CPUs this process may run on; others do not count.</param>
    internal static IReadOnlyList<NumaNode> Read(string folder, IReadOnlyCollection<int> allowed)
    {
        var nodes = new List<NumaNode>();
        foreach (var number in Numbers(CgroupFiles.TryRead(Path.Combine(folder, "online")) ?? ""))
        {
            var node = Path.Combine(folder, $"node{number}");
            var processors = Numbers(CgroupFiles.TryRead(Path.Combine(node, "cpulist")) ?? "");
            processors.RemoveAll(processor => !allowed.Contains(processor));
            if (processors.Count > 0)
                nodes.Add(new NumaNode(number, processors, Memory(Path.Combine(node, "meminfo"))));
        }
        return nodes;
    }

    /// <summary>Numbers of a list such as 0-3,8,10-11; empty for anything else.</summary>
    private static List<int> Numbers(string list)
    {
        const int most = 1 << 16; // far more nodes or CPUs than any kernel knows
        var numbers = new List<int>();
        foreach (var part in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first || last >= most)
                return [];
            for (var number = first; number <= last; number++)
                numbers.Add(number);
        }
        return numbers;
    }

    // "Node 0 MemTotal:       7563040 kB"
    private static long Memory(string file)
    {
        foreach (var line in (CgroupFiles.TryRead(file) ?? "").Split('\n'))
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["Node", _, "MemTotal:", var number, "kB"]
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) && kibibytes <= long.MaxValue / 1024)
                return kibibytes * 1024;
        return 0;
    }
}
