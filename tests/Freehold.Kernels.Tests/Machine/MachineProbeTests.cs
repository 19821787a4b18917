using System.Diagnostics;
using Freehold.Kernels.Machine;
using Freehold.Kernels.Threads;
using Xunit;

namespace Freehold.Kernels.Tests.Machine;

public sealed class MachineProbeTests : IDisposable
{
    private static readonly ArithmeticPeak Narrow = new("vpmaddubsw 256", 4e11, InstructionSet.Avx2, null);
    private readonly string _root = Directory.CreateTempSubdirectory("freehold-probe-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void This_machine_reads_memory_and_multiplies()
    {
        using var workers = new WorkerPool(2);
        var probe = MachineProbe.Measure(workers, MachineProfile.Detect(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, probe.Threads);
        Assert.InRange(probe.BytesPerSecond, 1e8, 1e13);
        Assert.Contains(probe.Streams, new[] { 1, 2, 4, 8 });
        Assert.InRange(probe.ShareOfTime, 0.0, 1.0);
        Assert.All(probe.Peaks, peak => Assert.InRange(peak.OperationsPerSecond, 1e9, 1e15));
        Assert.Equal(probe.Peaks.OrderByDescending(peak => peak.OperationsPerSecond), probe.Peaks);
        if (InstructionSets.IsSupported(InstructionSet.Avx2))
            Assert.NotNull(probe.PeakOf(InstructionSet.Avx2));
        Assert.Null(probe.PeakOf(InstructionSet.Scalar));
    }

    [Fact]
    public void A_room_that_generates_code_may_bring_a_loop_of_its_own()
    {
        using var workers = new WorkerPool(1);
        var loop = new Counted();
        var peaks = PeakMeasuring.Measure(workers, default, [loop], TestContext.Current.CancellationToken);
        Assert.True(loop.Runs >= 3);
        Assert.Null(peaks.Single(peak => peak.Instruction == "vpdpbusd 512").Derivation);
    }

    [Fact]
    public void Peaks_that_managed_code_cannot_run_are_derived_and_say_how()
    {
        // Zen 5: 0.26 TFLOPS of 512-bit FMA a thread beside 1.04 TOPS of vpdpbusd; the Xeon: 2.6 GHz beside 5.3 TOPS of tdpbssd.
        var peaks = PeakMeasuring.Complete([Narrow], 0.26e12, 2.6e9);
        Assert.Equal(["tdpbssd", "vpdpbusd 512", "vpmaddubsw 256"], peaks.Select(peak => peak.Instruction));
        Assert.Equal(1.04e12, peaks[1].OperationsPerSecond, 1e9);
        Assert.Equal(5.3e12, peaks[0].OperationsPerSecond, 0.1e12);
        Assert.All(peaks.Take(2), peak => Assert.NotNull(peak.Derivation));
    }

    [Fact]
    public void A_measured_loop_takes_the_place_of_a_derived_peak()
    {
        var own = new ArithmeticPeak("vpdpbusd 512", 9e11, InstructionSet.Avx512, null);
        Assert.Equal([own, Narrow], PeakMeasuring.Complete([Narrow, own], 0.26e12, 0));
    }

    [Fact]
    public void Of_two_measurements_each_figure_is_the_better_and_measured_goes_before_derived()
    {
        var first = new MachineProbe(2, 10e9, 4, [Narrow, new("vpdpbusd 512", 9e11, null, "derived")], 0.5);
        var second = new MachineProbe(2, 8e9, 1, [Narrow with { OperationsPerSecond = 5e11 }, new("vpdpbusd 512", 8e11, null, null)], 0.99);
        var best = first.BestOf(second);
        Assert.Equal((10e9, 4), (best.BytesPerSecond, best.Streams));
        Assert.Equal([8e11, 5e11], best.Peaks.Select(peak => peak.OperationsPerSecond));
        Assert.Null(best.Peak!.Derivation);
        Assert.True(first.WasDisturbed);
        Assert.False(best.WasDisturbed);
    }

    [Fact]
    public void A_measurement_is_kept_for_this_machine_and_thread_count_only()
    {
        var profile = MachineProfile.Detect();
        var probe = new MachineProbe(2, 12.5e9, 4, [Narrow, new("tdpbssd", 1e12, null, "how")], 0.97);
        var cache = new MachineProbeCache(Path.Combine(_root, "cache"), profile, 2);
        Assert.Null(cache.Read());
        Assert.True(cache.TryWrite(probe));
        var read = new MachineProbeCache(Path.Combine(_root, "cache"), profile, 2).Read()!;
        Assert.Equal(probe.Peaks, read.Peaks);
        Assert.Equal(probe with { Peaks = read.Peaks }, read);
        Assert.Null(new MachineProbeCache(Path.Combine(_root, "cache"), profile, 3).Read());
        Assert.Null(new MachineProbeCache(Path.Combine(_root, "cache"), profile with { Budget = profile.Budget with { Quota = 0.5 } }, 2).Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"identity\":\"another\",\"probe\":{\"threads\":2,\"bytes_per_second\":1,\"streams\":1,\"peaks\":[],\"share_of_time\":1}}")]
    public void A_kept_file_that_makes_no_sense_is_as_if_it_were_not_there(string text)
    {
        var cache = new MachineProbeCache(_root, MachineProfile.Detect(), 2);
        Assert.True(cache.TryWrite(new MachineProbe(2, 1e9, 1, [], 1)));
        File.WriteAllText(Directory.EnumerateFiles(_root).Single(), text);
        Assert.Null(cache.Read());
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_told()
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");
        Assert.False(new MachineProbeCache(Path.Combine(file, "cache"), MachineProfile.Detect(), 2).TryWrite(new MachineProbe(2, 1e9, 1, [], 1)));
    }

    private sealed class Counted() : PeakLoop("vpdpbusd 512", 1e6, InstructionSet.Avx512)
    {
        private int _runs;

        public int Runs => _runs;

        public override long Run()
        {
            var end = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 1000;
            while (Stopwatch.GetTimestamp() < end)
                Thread.SpinWait(10);
            return Interlocked.Increment(ref _runs);
        }
    }
}
