using Freehold.Kernels.Machine;
using Freehold.Kernels.Threads;
using Xunit;

namespace Freehold.Kernels.Tests.Machine;

public sealed class NumaTests : IDisposable
{
    private const long GiB = 1L << 30;
    private readonly string _root = Directory.CreateTempSubdirectory("freehold-numa-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Nodes_have_the_CPUs_that_are_allowed_and_their_own_memory()
    {
        Write("online", "0-1,3");
        Node(0, "0-3,8-11", 64);
        Node(1, "4-7,12-15", 32);
        Node(3, "", 128); // memory alone
        var nodes = NumaTopology.Read(_root, [.. Enumerable.Range(0, 6)]);
        Assert.Equal([0, 1], nodes.Select(node => node.Number));
        Assert.Equal([0, 1, 2, 3], nodes[0].Processors);
        Assert.Equal([4, 5], nodes[1].Processors);
        Assert.Equal([64 * GiB, 32 * GiB], nodes.Select(node => node.MemoryBytes));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("0-")]
    [InlineData("3-1")]
    [InlineData("0-99999999")]
    [InlineData("")]
    public void A_list_that_makes_no_sense_gives_no_nodes(string online)
    {
        Write("online", online);
        Node(0, "0-3", 64);
        Assert.Empty(NumaTopology.Read(_root, [0, 1]));
    }

    [Fact]
    public void A_model_stays_on_the_node_with_the_most_CPUs_for_it()
    {
        NumaNode[] nodes = [new(0, [0, 1], 64 * GiB), new(1, [4, 5, 6], 32 * GiB), new(2, [8, 9, 10], 48 * GiB)];
        var placement = NodePlacement.Choose(nodes, 8 * GiB);
        Assert.Equal(2, placement.Node!.Number);
        Assert.Contains("stay on node 2 of 3", placement.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_larger_than_a_node_spreads_and_the_plan_says_why()
    {
        var placement = NodePlacement.Choose([new(0, [0, 1], 16 * GiB), new(1, [2, 3], 16 * GiB)], 14 * GiB);
        Assert.Null(placement.Node);
        Assert.Contains("16 GiB", placement.Why, StringComparison.Ordinal);
        Assert.False(placement.Apply());
    }

    [Fact]
    public void More_threads_than_a_node_has_CPUs_spread()
    {
        NumaNode[] nodes = [new(0, [0, 1], 16 * GiB), new(1, [2, 3], 16 * GiB)];
        Assert.NotNull(NodePlacement.Choose(nodes, GiB, threads: 2).Node);
        Assert.Null(NodePlacement.Choose(nodes, GiB, threads: 3).Node);
    }

    [Fact]
    public void With_one_node_nothing_is_moved() => Assert.False(NodePlacement.Choose([new(0, [0, 1], 16 * GiB)], GiB).Apply());

    [Fact]
    public void All_threads_can_be_moved_to_CPUs_that_are_allowed()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("sched_setaffinity is Linux's");
        var allowed = ProcessorBudget.AllowedProcessors();
        Assert.True(NodePlacement.Bind(allowed));
        Assert.Equal(allowed, ProcessorBudget.AllowedProcessors());
    }

    private void Node(int number, string cpus, long gibibytes)
    {
        Write($"node{number}/cpulist", cpus);
        Write($"node{number}/meminfo", $"Node {number} MemTotal:       {gibibytes * 1024 * 1024} kB\nNode {number} MemFree:  1 kB");
    }

    private void Write(string path, string text)
    {
        var at = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(at)!);
        File.WriteAllText(at, text + "\n");
    }
}
