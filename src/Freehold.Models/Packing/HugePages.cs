using Freehold.Kernels;
using Freehold.Kernels.Machine;

namespace Freehold.Models.Packing;

/// <summary>Whether packed weights lie in huge pages.</summary>
public enum HugePageMode
{
    /// <summary>Where they were measured to be read clearly faster.</summary>
    Auto,

    /// <summary>Wherever the system has them.</summary>
    On,

    /// <summary>Never: the pack stays mapped.</summary>
    Off,
}

/// <summary>Decides that, and says why.</summary>
/// <param name="mode">What the owner wants.</param>
public sealed unsafe class HugePages(HugePageMode mode)
{
    /// <summary>
    /// Less is not worth it: reading a pack takes ten times as long as mapping it, the system cannot take the memory back, and on Zen 3 a plain loop's gain of up to 1.17 made decoding no faster.
    /// </summary>
    public const double LeastGain = 1.25;

    private const long LeastBytes = 64L << 20;

    /// <summary>Where the measurement is kept; null measures each time.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Says when a measurement that others disturbed is tried again.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Gives the memory that this process may take.</summary>
    public required Func<long> Available { get; init; }

    /// <summary>Whether to use them for a mapped pack, and why or why not.</summary>
    internal (bool Use, string? Why) Decide(Compute compute, PackedWeights pack)
    {
        var bytes = pack.Bytes;
        if (mode == HugePageMode.Off)
            return (false, "huge pages are turned off");
        if (HugePageBlock.Obstacle() is { } obstacle)
            return (false, obstacle);
        HugePageBlock.AskFor(pack.Start, bytes);
        // A tenth stays for what the model needs beside its weights.
        if (Available() is var available && bytes > available / 10 * 9)
            return (false, $"{Size(bytes)} of huge pages do not fit the {Size(available)} of memory available");
        if (mode == HugePageMode.On)
            return (true, "asked for");
        if (bytes < LeastBytes)
            return (false, "few enough for ordinary pages");
        if (GainOf(compute, pack.Start, bytes) is not { } gain)
            return (false, "the system gave no huge pages");
        var measured = FormattableString.Invariant($"huge pages are read at {gain.Ratio:0.00} times the speed of the mapping ({gain.HugeBytesPerSecond / 1e9:0.0} and {gain.MappedBytesPerSecond / 1e9:0.0} GB/s)");
        return gain.WasDisturbed ? (false, measured + ", but others were in the way while that was measured")
            : gain.Ratio > LeastGain ? (true, measured)
            : (false, measured + ", which is not worth it");
    }

    private HugePageGain? GainOf(Compute compute, byte* pack, long bytes)
    {
        var cache = CacheFolder is null ? null : new HugePageGainCache(CacheFolder, MachineProfile.Detect(), compute.Threads, Clock);
        if (cache?.Read() is { } known)
            return known;
        var gain = HugePageGain.Measure(compute.Workers, pack, bytes);
        if (gain is not null)
            cache?.TryWrite(gain);
        return gain;
    }

    internal static string Size(long bytes) => FormattableString.Invariant($"{bytes / (double)(1L << 20):0} MiB");
}
