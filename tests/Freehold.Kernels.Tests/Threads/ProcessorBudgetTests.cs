using Freehold.Kernels.Threads;
using Xunit;

namespace Freehold.Kernels.Tests.Threads;

public sealed class ProcessorBudgetTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("freehold-budget-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("max 100000", 8, 8)]
    [InlineData("200000 100000", 8, 2)]
    [InlineData("150000 100000", 8, 2)]
    [InlineData("1000 100000", 8, 1)]
    [InlineData("1600000 100000", 8, 8)]
    [InlineData("nonsense", 8, 8)]
    public void Version_2_quota_rounds_up_and_never_adds(string text, int cpus, int threads)
    {
        Write("cgroup/box/cpu.max", text);
        Write("membership", "0::/box\n");
        Assert.Equal(threads, Read(cpus).Threads);
    }

    [Fact]
    public void A_limit_on_a_cgroup_above_counts()
    {
        Write("cgroup/outer/inner/cpu.max", "max 100000");
        Write("cgroup/outer/cpu.max", "300000 100000");
        Write("membership", "0::/outer/inner\n");
        Assert.Equal(3, Read(8).Threads);
    }

    [Fact]
    public void A_container_whose_path_is_not_mounted_is_limited_by_the_root()
    {
        Write("cgroup/cpu.max", "250000 100000");
        Write("membership", "0::/docker/abc\n");
        Assert.Equal(3, Read(8).Threads);
    }

    [Fact]
    public void Version_1_quota_counts()
    {
        Write("cgroup/cpu/box/cpu.cfs_quota_us", "400000");
        Write("cgroup/cpu/box/cpu.cfs_period_us", "100000");
        Write("membership", "4:cpu,cpuacct:/box\n3:memory:/box\n");
        Assert.Equal(4, Read(8).Threads);
        Write("cgroup/cpu/box/cpu.cfs_quota_us", "-1");
        Assert.Equal(8, Read(8).Threads);
    }

    [Fact]
    public void Siblings_of_one_core_count_once()
    {
        for (var cpu = 0; cpu < 8; cpu++)
            Write($"cpu/cpu{cpu}/topology/thread_siblings_list", $"{cpu % 4},{cpu % 4 + 4}\n");
        var budget = Read(8);
        Assert.Equal((8, 4, 4), (budget.Allowed, budget.Cores, budget.Threads));
    }

    [Fact]
    public void This_process_gets_at_least_one_thread_and_no_more_than_the_system_allows()
    {
        var budget = ProcessorBudget.Detect();
        Assert.InRange(budget.Threads, 1, Environment.ProcessorCount);
    }

    private ProcessorBudget Read(int cpus) => ProcessorBudget.Read(
        Enumerable.Range(0, cpus).ToArray(), Path.Combine(_root, "cgroup"), Path.Combine(_root, "membership"), Path.Combine(_root, "cpu"));

    private void Write(string path, string text)
    {
        path = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
