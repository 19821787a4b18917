using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Machine;

/// <summary>What this machine is, as far as it tells.</summary>
/// <param name="Processor">The CPU's name as its maker gives it; the architecture's where there is none.</param>
/// <param name="InstructionSets">Those that kernels are written for and this CPU has, slowest first.</param>
/// <param name="Budget">CPUs, cores and quota.</param>
/// <param name="MemoryBytes">Memory this process may have: the machine's, or what its cgroups allow where that is less.</param>
/// <param name="Level2Bytes">The second-level cache of one core; 0 where unknown.</param>
/// <param name="Level3Bytes">The third-level cache that the first core shares; 0 where there is none or it is unknown.</param>
public sealed record MachineProfile(
    string Processor, IReadOnlyList<InstructionSet> InstructionSets, ProcessorBudget Budget, long MemoryBytes, long Level2Bytes, long Level3Bytes)
{
    /// <summary>What the CPU says it has.</summary>
    public ProcessorFeatures Features { get; init; }

    /// <summary>The NUMA nodes that have CPUs for this process; empty where the system does not tell.</summary>
    public IReadOnlyList<NumaNode> Nodes { get; init; } = [];

    /// <summary>Looks at this machine. Takes well under a millisecond and starts nothing.</summary>
    public static MachineProfile Detect() => Read("/sys/devices/system/cpu/cpu0/cache", "/proc/meminfo", "/sys/fs/cgroup", "/proc/self/cgroup") with
    {
        Features = ProcessorFeatures.Detect(),
        Nodes = NumaTopology.Detect(),
    };

    /// <summary>Reads what Linux's folders say, or a copy of them.</summary>
    internal static MachineProfile Read(string cacheFolder, string memoryFile, string cgroupRoot, string membership) => new(
        ProcessorName(), Kernels.InstructionSets.Supported, ProcessorBudget.Detect(), Memory(memoryFile, cgroupRoot, membership),
        Cache(cacheFolder, 2), Cache(cacheFolder, 3));

    private static string ProcessorName()
    {
        // CPUID leaves 80000002h to 80000004h hold 48 letters (Intel SDM volume 2A, CPUID).
        if (X86Base.IsSupported && unchecked((uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax) >= 0x80000004)
        {
            Span<int> words = stackalloc int[12];
            for (var i = 0; i < 3; i++)
                (words[4 * i], words[4 * i + 1], words[4 * i + 2], words[4 * i + 3]) = X86Base.CpuId(unchecked((int)0x80000002) + i, 0);
            var name = Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words)).Trim('\0', ' ');
            if (name.Length > 0)
                return name;
        }
        return RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static long Memory(string memoryFile, string cgroupRoot, string membership)
    {
        var total = long.MaxValue;
        foreach (var line in (CgroupFiles.TryRead(memoryFile) ?? "").Split('\n'))
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal)
                && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var number, "kB"]
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) && kibibytes <= long.MaxValue / 1024)
                total = kibibytes * 1024;
        if (total == long.MaxValue)
            total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        foreach (var folder in CgroupFiles.Folders(cgroupRoot, membership, "memory"))
            foreach (var file in new[] { "memory.max", "memory.limit_in_bytes" })
                if (long.TryParse(CgroupFiles.TryRead(Path.Combine(folder, file)), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0)
                    total = Math.Min(total, limit);
        return total;
    }

    /// <summary>The size of a data cache: each indexN folder has level, type and size ("1024K").</summary>
    private static long Cache(string folder, int level)
    {
        for (var index = 0; CgroupFiles.TryRead(Path.Combine(folder, $"index{index}", "level")) is { } found; index++)
        {
            var at = Path.Combine(folder, $"index{index}");
            if (found != level.ToString(CultureInfo.InvariantCulture) || CgroupFiles.TryRead(Path.Combine(at, "type")) is null or "Instruction")
                continue;
            var size = CgroupFiles.TryRead(Path.Combine(at, "size")) ?? "";
            var unit = size.Length > 0 ? size[^1] switch { 'K' => 1024L, 'M' => 1024L * 1024, _ => 1 } : 1;
            if (int.TryParse(unit == 1 ? size : size[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number * unit;
        }
        return 0;
    }
}
