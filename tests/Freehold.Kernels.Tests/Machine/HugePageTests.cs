using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Freehold.Kernels.Machine;
using Freehold.Kernels.Threads;
using Xunit;

namespace Freehold.Kernels.Tests.Machine;

public sealed unsafe class HugePageTests : IDisposable
{
    private const int Bytes = (5 << 20) + 123;
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    private static HugePageBlock Allocate(long bytes)
    {
        Assert.SkipWhen(HugePageBlock.Obstacle() is not null, HugePageBlock.Obstacle() ?? "");
        return HugePageBlock.Allocate(bytes) ?? throw new InvalidOperationException("no memory");
    }

    [Fact]
    public void A_block_holds_what_the_file_holds_and_tells_how_much_of_it_is_huge()
    {
        var content = new byte[Bytes];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(_file, content);
        using var block = Allocate(Bytes);
        using var workers = new WorkerPool(2);
        using (var file = File.OpenHandle(_file))
            block.Fill(file, workers);
        Assert.Equal(0, (nint)block.Start % (2 << 20));
        Assert.True(new ReadOnlySpan<byte>(block.Start, Bytes).SequenceEqual(content));
        Assert.InRange(block.HugeBytes(), 0, Bytes);
    }

    [Fact]
    public void A_mapped_file_for_which_huge_pages_are_asked_is_marked_so_and_reads_the_same()
    {
        Assert.SkipWhen(HugePageBlock.Obstacle() is not null, HugePageBlock.Obstacle() ?? "");
        var content = new byte[Bytes];
        new Random(2).NextBytes(content);
        File.WriteAllBytes(_file, content);
        using var mapping = MemoryMappedFile.CreateFromFile(_file, FileMode.Open);
        using var view = mapping.CreateViewAccessor(0, Bytes, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            HugePageBlock.AskFor(start, Bytes);
            Assert.True(new ReadOnlySpan<byte>(start, Bytes).SequenceEqual(content));
            // proc(5): "hg" stands for advice of huge pages, in the flags behind the range that the pointer begins.
            var flags = File.ReadLines("/proc/self/smaps").SkipWhile(line => !line.StartsWith($"{(nint)start:x}-", StringComparison.Ordinal)).First(line => line.StartsWith("VmFlags:", StringComparison.Ordinal));
            Assert.Contains("hg", flags.Split(' '));
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    [Fact]
    public void A_file_that_is_too_short_is_an_error()
    {
        File.WriteAllBytes(_file, new byte[Bytes - 1]);
        using var block = Allocate(Bytes);
        using var workers = new WorkerPool(2);
        using var file = File.OpenHandle(_file);
        Assert.Throws<EndOfStreamException>(() => block.Fill(file, workers));
    }

    [Fact]
    public void The_gain_is_measured_kept_and_found_again_for_this_machine_alone()
    {
        Assert.SkipWhen(HugePageBlock.Obstacle() is not null, HugePageBlock.Obstacle() ?? "");
        using var workers = new WorkerPool(2);
        const long size = 16 << 20;
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)size, 4096);
        NativeMemory.Fill(memory, (nuint)size, 1);
        var gain = HugePageGain.Measure(workers, memory, size);
        NativeMemory.AlignedFree(memory);
        Assert.SkipWhen(gain is null, "the system gave no huge pages");
        Assert.InRange(gain!.Ratio, 0.1, 10);
        Assert.InRange(gain.ShareOfTime, 0, 1);
        var folder = Directory.CreateTempSubdirectory("freehold-huge-").FullName;
        try
        {
            var profile = MachineProfile.Detect();
            var clock = new SetClock();
            gain = gain with { ShareOfTime = 1 };
            Assert.True(new HugePageGainCache(folder, profile, 2, clock).TryWrite(gain));
            clock.Now += TimeSpan.FromDays(1000);
            Assert.Equal(gain, new HugePageGainCache(folder, profile, 2, clock).Read());
            Assert.Null(new HugePageGainCache(folder, profile, 3, clock).Read());
            Assert.Null(new HugePageGainCache(folder, profile with { Processor = "another" }, 2, clock).Read());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_measurement_that_others_disturbed_serves_for_an_hour()
    {
        var folder = Directory.CreateTempSubdirectory("freehold-gain-").FullName;
        try
        {
            var clock = new SetClock();
            var disturbed = new HugePageGain(10e9, 12e9, 1.2, ShareOfTime: 0.5);
            var cache = new HugePageGainCache(folder, MachineProfile.Detect(), 2, clock);
            Assert.True(disturbed.WasDisturbed);
            Assert.True(cache.TryWrite(disturbed));
            Assert.Equal(disturbed, cache.Read());
            clock.Now += MeasurementFile.RetryAfter;
            Assert.Null(cache.Read());
            clock.Now -= 2 * MeasurementFile.RetryAfter; // a clock that was set back says nothing of age
            Assert.Null(cache.Read());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"Identity\":1,\"Gain\":2}")]
    [InlineData("{\"Identity\":\"x\",\"Gain\":{\"Ratio\":\"fast\"}}")]
    [InlineData("{\"Identity\":\"x\"")]
    public void A_damaged_file_is_no_measurement(string text)
    {
        var folder = Directory.CreateTempSubdirectory("freehold-gain-").FullName;
        try
        {
            var cache = new HugePageGainCache(folder, MachineProfile.Detect(), 2, new SetClock());
            Assert.True(cache.TryWrite(new HugePageGain(10e9, 12e9, 1.2, ShareOfTime: 1)));
            File.WriteAllText(Assert.Single(Directory.GetFiles(folder)), text);
            Assert.Null(cache.Read());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
