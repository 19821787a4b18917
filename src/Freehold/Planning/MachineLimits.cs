using Freehold.Kernels.Machine;
using Freehold.Kernels.Threads;

namespace Freehold.Planning;

/// <summary>This machine and what it was measured to give.</summary>
/// <param name="Profile">What it is.</param>
/// <param name="Probe">What it gives.</param>
/// <param name="Identity">What tells it from other machines.</param>
internal sealed record MachineLimits(MachineProfile Profile, MachineProbe Probe, string Identity)
{
    /// <summary>What was measured before; null where nothing was.</summary>
    public static MachineLimits? Known(string cacheFolder, int threads)
    {
        var profile = MachineProfile.Detect();
        var cache = new MachineProbeCache(FolderIn(cacheFolder), profile, threads);
        return cache.Read() is { } probe ? new MachineLimits(profile, probe, cache.Identity) : null;
    }

    /// <summary>What was measured before, or else is measured now.</summary>
    public static MachineLimits KnownOrMeasured(string cacheFolder, WorkerPool workers, TextWriter error, CancellationToken cancellationToken) =>
        Known(cacheFolder, workers.Workers) ?? Measure(cacheFolder, workers, again: true, error, cancellationToken);

    /// <summary>Measures now and keeps the result, unless others were in the way.</summary>
    /// <param name="cacheFolder">The store's cache.</param>
    /// <param name="workers">The threads.</param>
    /// <param name="again">True forgets what was measured before; false keeps the better of both, as another process may have been in the way this time.</param>
    /// <param name="error">Is told when the result cannot be kept.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static MachineLimits Measure(string cacheFolder, WorkerPool workers, bool again, TextWriter error, CancellationToken cancellationToken)
    {
        var profile = MachineProfile.Detect();
        var cache = new MachineProbeCache(FolderIn(cacheFolder), profile, workers.Workers);
        var probe = MachineProbe.Measure(workers, profile, cancellationToken: cancellationToken);
        if (!again && cache.Read() is { } before)
            probe = probe.BestOf(before);
        if (probe.WasDisturbed)
            error.WriteLine("freehold: warning: other programs were in the way while the machine was measured: its limits are at least what is shown, and are measured again next time.");
        else if (!cache.TryWrite(probe))
            error.WriteLine($"freehold: warning: {FolderIn(cacheFolder)} cannot be written; the machine will be measured again next time.");
        return new MachineLimits(profile, probe, cache.Identity);
    }

    private static string FolderIn(string cacheFolder) => Path.Combine(cacheFolder, "machine");
}
