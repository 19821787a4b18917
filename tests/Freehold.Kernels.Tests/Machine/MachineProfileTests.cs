using Freehold.Kernels.Machine;
using Xunit;

namespace Freehold.Kernels.Tests.Machine;

public sealed class MachineProfileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("freehold-machine-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void This_machine_has_a_name_an_instruction_set_and_memory()
    {
        var profile = MachineProfile.Detect();
        Assert.NotEmpty(profile.Processor);
        Assert.Contains(InstructionSet.Scalar, profile.InstructionSets);
        Assert.InRange(profile.MemoryBytes, 1 << 20, long.MaxValue - 1);
        Assert.True(profile.Level2Bytes >= 0 && profile.Level3Bytes >= 0);
    }

    [Fact]
    public void Caches_and_memory_are_read_and_the_smallest_cgroup_limit_counts()
    {
        Cache(0, "1", "Data", "32K");
        Cache(1, "1", "Instruction", "32K");
        Cache(2, "2", "Unified", "1024K");
        Cache(3, "3", "Unified", "32M");
        Write("meminfo", "MemTotal:       24000000 kB\nMemFree:  1 kB\n");
        Write("membership", "0::/box\n");
        var profile = Read();
        Assert.Equal((1024L * 1024, 32L << 20, 24000000L * 1024), (profile.Level2Bytes, profile.Level3Bytes, profile.MemoryBytes));
        Write("cgroup/memory.max", "max");
        Write("cgroup/box/memory.max", "8589934592");
        Assert.Equal(8589934592, Read().MemoryBytes);
    }

    [Fact]
    public void Version_1_limits_count_and_its_huge_none_does_not()
    {
        Write("meminfo", "MemTotal:       24000000 kB\n");
        Write("membership", "4:memory:/box\n");
        Write("cgroup/memory/box/memory.limit_in_bytes", "9223372036854771712");
        Assert.Equal(24000000L * 1024, Read().MemoryBytes);
        Write("cgroup/memory/box/memory.limit_in_bytes", "1073741824");
        Assert.Equal(1073741824, Read().MemoryBytes);
    }

    [Fact]
    public void Nonsense_is_taken_as_unknown()
    {
        Cache(0, "2", "Unified", "lots");
        Write("meminfo", "MemTotal: many kB\n");
        Write("membership", "hello\n::\n");
        var profile = Read();
        Assert.Equal(0, profile.Level2Bytes);
        Assert.True(profile.MemoryBytes > 0);
    }

    private MachineProfile Read() => MachineProfile.Read(At("cache"), At("meminfo"), At("cgroup"), At("membership"));

    private void Cache(int index, string level, string type, string size)
    {
        Write($"cache/index{index}/level", level);
        Write($"cache/index{index}/type", type);
        Write($"cache/index{index}/size", size);
    }

    private string At(string path) => Path.Combine(_root, path);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text + "\n");
    }
}
