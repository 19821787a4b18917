using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Analysers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Freehold.Kernels.Bench;

/// <summary>
/// How kernels are timed: in this process (a built copy of the project a benchmark would need this repository's build settings), many short samples, since hosts are noisy,
/// and what a kernel is judged by beside the time: bytes of weights read and operations a second.
/// </summary>
internal sealed class KernelConfig : ManualConfig
{
    public KernelConfig()
    {
        AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithIterationTime(TimeInterval.FromMilliseconds(100)).WithWarmupCount(3).WithIterationCount(25));
        AddLogger(ConsoleLogger.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddColumn(StatisticColumn.Median, new RateColumn("GB/s", "weights read, at the median", work => work.Bytes), new RateColumn("TOPS", "multiplications and additions, at the median", work => work.Operations / 1000));
        AddExporter(JsonExporter.FullCompressed, MarkdownExporter.GitHub);
        AddAnalyser(EnvironmentAnalyser.Default);
        ArtifactsPath = "artifacts/bench";
        HideColumns("Job", "Toolchain", "IterationTime", "IterationCount", "WarmupCount", "Error");
    }
}
