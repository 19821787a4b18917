using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Machine;

/// <summary>What reading memory in huge pages gives here against reading a mapped file.</summary>
/// <param name="MappedBytesPerSecond">A file's mapping, in the system's file cache.</param>
/// <param name="HugeBytesPerSecond">The same bytes in huge pages.</param>
/// <param name="Ratio">The median of the second against the first, measured in turn.</param>
/// <param name="ShareOfTime">How much of the time the threads were really running.</param>
public sealed record HugePageGain(double MappedBytesPerSecond, double HugeBytesPerSecond, double Ratio, double ShareOfTime)
{
    private const long MostBytes = 256L << 20;
    private const int Rounds = 5, Streams = 4, Piece = 256 * Streams;

    /// <summary>Whether others took so much of the processors' time that the figures say little.</summary>
    public bool WasDisturbed => ShareOfTime < MachineProbe.Undisturbed;

    /// <summary>Measures, in about half a second; null where there are no huge pages or no memory for them. Takes a turn of the workers.</summary>
    /// <param name="workers">The threads that models use.</param>
    /// <param name="mapping">A mapped file; at most the first 256 MiB are read.</param>
    /// <param name="bytes">Its bytes.</param>
    public static unsafe HugePageGain? Measure(WorkerPool workers, byte* mapping, long bytes)
    {
        ArgumentNullException.ThrowIfNull(workers);
        var part = Math.Min(bytes, MostBytes) / workers.Workers / Piece * Piece;
        if (part == 0)
            return null;
        using var block = HugePageBlock.Allocate(part * workers.Workers);
        if (block is null)
            return null;
        var start = block.Start;
        using var turn = workers.Turns.Take();
        // Each thread copies, and so places, its own part.
        BestOf.Rate(workers, worker => Copy(mapping + worker * part, start + worker * part, part), TimeSpan.Zero, CancellationToken.None);
        if (block.HugeBytes() < block.Bytes / 2)
            return null;
        var (begun, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        double[] mapped = new double[Rounds], huge = new double[Rounds], ratios = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            mapped[round] = Rate(mapping);
            huge[round] = Rate(start);
            ratios[round] = huge[round] / mapped[round];
        }
        var share = (Environment.CpuUsage.TotalTime - used) / Stopwatch.GetElapsedTime(begun) / workers.Workers;
        return new HugePageGain(Median(mapped), Median(huge), Median(ratios), Math.Min(1, share));

        double Rate(byte* from) => part * workers.Workers * BestOf.Rate(workers, worker => MemoryReading.Read(from + worker * part, part / Streams, Streams), TimeSpan.Zero, CancellationToken.None);
    }

    private static unsafe long Copy(byte* from, byte* to, long bytes)
    {
        Buffer.MemoryCopy(from, to, bytes, bytes);
        return to[0];
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}

/// <summary>Keeps that measurement in a folder, for this machine and number of threads.</summary>
public sealed class HugePageGainCache
{
    private const int Version = 1;
    private readonly MeasurementFile _file;
    private readonly string _identity;
    private readonly TimeProvider _clock;

    /// <summary>The place for a machine and a number of threads.</summary>
    public HugePageGainCache(string folder, MachineProfile profile, int threads, TimeProvider clock)
    {
        _clock = clock;
        _identity = $"huge pages {Version}|{new MachineProbeCache(folder, profile, threads).Identity}";
        _file = new MeasurementFile(folder, _identity);
    }

    /// <summary>The measurement; null where there is none that can be read, or where others disturbed it and <see cref="MeasurementFile.RetryAfter"/> has passed.</summary>
    public HugePageGain? Read() =>
        _file.Read(KeptGain.Of) is { Gain: { Ratio: > 0 } gain } kept && kept.Identity == _identity && (!gain.WasDisturbed || IsRecent(kept.Taken)) ? gain : null;

    /// <summary>Keeps a measurement. False where the folder cannot be written: then it is measured again next time.</summary>
    public bool TryWrite(HugePageGain gain) => _file.TryWrite(new KeptGain(_identity, gain, _clock.GetUtcNow()), HugePageJson.Default.KeptGain);

    // A clock may have been set back since.
    private bool IsRecent(DateTimeOffset taken) => _clock.GetUtcNow() - taken is var age && age >= TimeSpan.Zero && age < MeasurementFile.RetryAfter;
}

internal sealed record KeptGain(string Identity, HugePageGain Gain, DateTimeOffset Taken)
{
    // Files of versions before have no time.
    public static KeptGain? Of(JsonElement kept)
    {
        var gain = kept.GetProperty(nameof(Gain));
        double Number(string name) => gain.GetProperty(name).GetDouble();
        return new(kept.GetProperty(nameof(Identity)).GetString() ?? "",
            new HugePageGain(Number(nameof(HugePageGain.MappedBytesPerSecond)), Number(nameof(HugePageGain.HugeBytesPerSecond)), Number(nameof(HugePageGain.Ratio)), Number(nameof(HugePageGain.ShareOfTime))),
            kept.TryGetProperty(nameof(Taken), out var taken) ? taken.GetDateTimeOffset() : default);
    }
}

[JsonSerializable(typeof(KeptGain))]
internal sealed partial class HugePageJson : JsonSerializerContext;
