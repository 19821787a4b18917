using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Machine;

/// <summary>Measures the integer peaks of a machine, and derives those that managed code has no instruction for.</summary>
internal static class PeakMeasuring
{
    private static readonly TimeSpan _perLoop = TimeSpan.FromMilliseconds(40);

    /// <summary>All peaks, the highest first; empty where no loop is written for this CPU.</summary>
    /// <param name="workers">The threads.</param>
    /// <param name="features">What the CPU has.</param>
    /// <param name="further">Loops of rooms that generate code.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static IReadOnlyList<ArithmeticPeak> Measure(WorkerPool workers, ProcessorFeatures features, IEnumerable<PeakLoop> further, CancellationToken cancellationToken)
    {
        double Rate(PeakLoop loop) => BestOf.Sum(workers, loop, _perLoop, cancellationToken) * loop.OperationsPerRun;
        var peaks = new List<ArithmeticPeak>();
        foreach (var loop in ManagedPeakLoops.Integer().Concat(further))
            peaks.Add(new ArithmeticPeak(loop.Instruction, Rate(loop), loop.Isa, null));
        var floats = features.Avx512Vnni && Avx512F.IsSupported ? Rate(ManagedPeakLoops.Fma512()) : 0;
        var cycles = features.AmxInt8 && features.AmxTile ? Rate(ManagedPeakLoops.Cycles()) : 0;
        return Complete(peaks, floats, cycles);
    }

    /// <summary>Adds what can only be derived, unless it was measured, and sorts.</summary>
    /// <param name="measured">Measured peaks.</param>
    /// <param name="floatOperations">Of 512-bit FMA a second, where the CPU has 512-bit VNNI; else 0.</param>
    /// <param name="cycles">Of all threads a second, where the CPU has AMX; else 0.</param>
    internal static IReadOnlyList<ArithmeticPeak> Complete(IEnumerable<ArithmeticPeak> measured, double floatOperations, double cycles)
    {
        var peaks = measured.ToList();
        void Derive(string instruction, double rate, string how)
        {
            if (rate > 0 && peaks.All(peak => peak.Instruction != instruction))
                peaks.Add(new ArithmeticPeak(instruction, rate, null, how));
        }

        // vpdpbusd goes through the ports of FMA, 128 operations against 32 (uops.info). Zen 5, measured: 1.04 TOPS and 0.26 TFLOPS.
        Derive("vpdpbusd 512", floatOperations * 4, "4 times the measured rate of vfmadd231ps 512");
        // Where AMX is off though the CPU has it: 16 x 16 x 64 multiplications and additions in 16 cycles (Intel optimization reference manual, 20.5). The clock is
        // that of integer code: under AMX it may be lower.
        Derive("tdpbssd", cycles * 2048, "2,048 operations a cycle at the measured clock");
        return [.. peaks.OrderByDescending(peak => peak.OperationsPerSecond)];
    }
}

/// <summary>Repeats work until a time is over, and keeps the best: whatever else runs on the machine can only make it slower.</summary>
internal static class BestOf
{
    private const int AtLeast = 3;

    /// <summary>Runs a second of the best try; <paramref name="part"/> takes the worker's number.</summary>
    public static double Rate(WorkerPool workers, Func<int, long> part, TimeSpan time, CancellationToken cancellationToken)
    {
        var work = new Work(part);
        var best = TimeSpan.MaxValue;
        var begun = Stopwatch.GetTimestamp();
        for (var tries = 0; tries < AtLeast || Stopwatch.GetElapsedTime(begun) < time; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            workers.Run(work);
            var taken = Stopwatch.GetElapsedTime(start);
            best = taken < best ? taken : best;
        }
        return 1 / best.TotalSeconds;
    }

    /// <summary>
    /// Runs a second of all workers together, each at its own best: loops on registers share nothing, so the workers' best need not fall on the same moment,
    /// and on a busy machine hardly would.
    /// </summary>
    public static double Sum(WorkerPool workers, PeakLoop loop, TimeSpan time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var best = new TimeSpan[workers.Workers];
        workers.Run(new Work(worker =>
        {
            long kept = 0;
            var (shortest, begun) = (TimeSpan.MaxValue, Stopwatch.GetTimestamp());
            for (var tries = 0; tries < AtLeast || Stopwatch.GetElapsedTime(begun) < time; tries++)
            {
                var start = Stopwatch.GetTimestamp();
                kept += loop.Run();
                var taken = Stopwatch.GetElapsedTime(start);
                shortest = taken < shortest ? taken : shortest;
            }
            best[worker] = shortest;
            return kept;
        }));
        return best.Sum(shortest => 1 / shortest.TotalSeconds);
    }

    private sealed class Work(Func<int, long> part) : ParallelWork
    {
        private long _kept; // keeps the loops from being optimised away

        public override void Run(WorkerPool pool, int worker, int workers) => Interlocked.Add(ref _kept, part(worker));
    }
}
