using Freehold.Engine.Memory;
using Freehold.Engine.Refusals;
using Freehold.Engine.Tests.Fakes;

namespace Freehold.Engine.Tests.Memory;

public class MemoryPlanTests
{
    private static MemoryPlan Choose(EngineOptions options, long available) => MemoryPlan.Choose(new RememberingModel(258), options, available + (1 << 20));

    [Fact]
    public void With_plenty_every_stream_can_have_the_whole_context()
    {
        var plan = Choose(new(), 1L << 40);
        Assert.Equal((4096, 32 * 64, 32, 512), (plan.Context, plan.Pages, plan.MaxStreams, plan.PrefillChunk));
        Assert.Contains("context 4096", plan.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void With_little_the_context_is_what_half_of_the_memory_holds()
    {
        var plan = Choose(new(), 40 * Bench.PageBytes);
        Assert.Equal((20 * 64, 20), (plan.Context, plan.Pages));
    }

    [Theory]
    [InlineData(null, null, null, 100, "100 bytes")]
    [InlineData(null, 1L << 20, null, 1000, "1.0 MiB")]
    [InlineData(4096, 5120L, null, 1 << 20, "4096")]
    [InlineData(5000, null, null, 1 << 20, "trained for 4096")]
    [InlineData(null, null, 65, 1 << 20, "65 streams")]
    [InlineData(0, null, null, 1 << 20, "context is 0")]
    public void What_does_not_fit_is_refused_with_the_numbers(int? context, long? kv, int? streams, long available, string number)
    {
        var refused = Assert.Throws<ModelRefusedException>(() => Choose(new() { Context = context, KvMemoryBytes = kv, MaxStreams = streams }, available));
        Assert.Contains(number, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_larger_than_the_memory_is_refused_with_the_numbers()
    {
        var refused = Assert.Throws<ModelRefusedException>(() => Choose(new(), -1000));
        Assert.Contains("takes 1.0 MiB; 1047576 bytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_cgroups_limit_counts_where_it_is_lower_than_the_systems()
    {
        var root = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(root, "proc"));
            Directory.CreateDirectory(Path.Combine(root, "sys/fs/cgroup"));
            File.WriteAllText(Path.Combine(root, "proc/meminfo"), "MemTotal:   9000 kB\nMemAvailable:   8000 kB\n");
            Assert.Equal(8000 * 1024, AvailableMemory.Measure(root));
            File.WriteAllText(Path.Combine(root, "sys/fs/cgroup/memory.max"), "4000000\n");
            File.WriteAllText(Path.Combine(root, "sys/fs/cgroup/memory.current"), "3000000\n");
            File.WriteAllText(Path.Combine(root, "sys/fs/cgroup/memory.stat"), "anon 1000000\nfile 500000\n");
            Assert.Equal(1_500_000, AvailableMemory.Measure(root));
            File.WriteAllText(Path.Combine(root, "sys/fs/cgroup/memory.max"), "max\n");
            Assert.Equal(8000 * 1024, AvailableMemory.Measure(root));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
