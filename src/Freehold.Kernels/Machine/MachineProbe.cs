using System.Diagnostics;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Machine;

/// <summary>What this machine gives a number of threads, measured.</summary>
/// <param name="Threads">The threads that measured it.</param>
/// <param name="BytesPerSecond">Memory read, the best of several ways; 0 where there was no memory to measure with.</param>
/// <param name="Streams">Streams a thread read at once when it was the best.</param>
/// <param name="Peaks">Integer peaks, the highest first; empty where no loop is written for this CPU.</param>
/// <param name="ShareOfTime">How much of the time the threads were really running: well below 1, others were in the way and the figures are lower bounds.</param>
public sealed record MachineProbe(int Threads, double BytesPerSecond, int Streams, IReadOnlyList<ArithmeticPeak> Peaks, double ShareOfTime)
{
    /// <summary>The least share of the time that threads run while they measure undisturbed: a hundredth or two go to starting and waiting.</summary>
    internal const double Undisturbed = 0.85;

    /// <summary>Whether other programs, or the host, took much of the processors' time while this was measured.</summary>
    public bool WasDisturbed => ShareOfTime < Undisturbed;

    /// <summary>The highest peak of integer arithmetic; null where none is known.</summary>
    public ArithmeticPeak? Peak => Peaks.Count > 0 ? Peaks[0] : null;

    /// <summary>The peak of what kernels of <paramref name="isa"/> multiply with; null where none is known.</summary>
    public ArithmeticPeak? PeakOf(InstructionSet isa) => Peaks.FirstOrDefault(peak => peak.Isa == isa);

    /// <summary>Measures, in well under a second. Takes a turn of the workers.</summary>
    /// <param name="workers">The threads that models use.</param>
    /// <param name="profile">The machine.</param>
    /// <param name="further">Loops of generated code; null for our own.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static MachineProbe Measure(WorkerPool workers, MachineProfile profile, IEnumerable<PeakLoop>? further = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workers);
        ArgumentNullException.ThrowIfNull(profile);
        using var turn = workers.Turns.Take();
        var (begun, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var peaks = PeakMeasuring.Measure(workers, profile.Features, further ?? DotProductPeak.Here().Concat(TileProductPeak.Here()), cancellationToken);
        var (bytes, streams) = MemoryReading.Measure(workers, profile, cancellationToken);
        var share = (Environment.CpuUsage.TotalTime - used) / Stopwatch.GetElapsedTime(begun) / workers.Workers;
        return new MachineProbe(workers.Workers, bytes, streams, peaks, Math.Min(1, share));
    }

    /// <summary>The better of two measurements of one machine, figure by figure: a limit is what was reached at least once.</summary>
    public MachineProbe BestOf(MachineProbe other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (bytes, streams) = BytesPerSecond >= other.BytesPerSecond ? (BytesPerSecond, Streams) : (other.BytesPerSecond, other.Streams);
        return new MachineProbe(Threads, bytes, streams,
            [.. Peaks.Concat(other.Peaks).GroupBy(peak => peak.Instruction)
                .Select(same => same.OrderBy(peak => peak.Derivation is not null).ThenByDescending(peak => peak.OperationsPerSecond).First())
                .OrderByDescending(peak => peak.OperationsPerSecond)], Math.Max(ShareOfTime, other.ShareOfTime));
    }
}
