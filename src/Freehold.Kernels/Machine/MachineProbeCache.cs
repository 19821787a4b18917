using System.Text.Json.Serialization;

namespace Freehold.Kernels.Machine;

/// <summary>
/// Keeps measurements in a folder, a file for each machine as this process sees it: CPU, caches, what its cgroup allows, and the number of threads. Another
/// machine, limit or thread count has none, and is measured.
/// </summary>
public sealed class MachineProbeCache
{
    // Counts up whenever the way of measuring changes.
    private const int Version = 4;

    private readonly MeasurementFile _file;
    private readonly int _threads;

    /// <summary>The place for a machine and a number of threads.</summary>
    /// <param name="folder">Where the files lie; made when the first is written.</param>
    /// <param name="profile">The machine.</param>
    /// <param name="threads">The threads.</param>
    public MachineProbeCache(string folder, MachineProfile profile, int threads)
    {
        ArgumentNullException.ThrowIfNull(profile);
        _threads = threads;
        var budget = profile.Budget;
        var names = new string[profile.InstructionSets.Count];
        for (var i = 0; i < names.Length; i++)
            names[i] = profile.InstructionSets[i].ToString();
        Identity = FormattableString.Invariant(
            $"{Version}|{profile.Processor}|{profile.Features}|{string.Join(',', names)}|{profile.Level2Bytes}|{profile.Level3Bytes}|{budget.Allowed}|{budget.Cores}|{budget.Quota}|{threads}");
        _file = new MeasurementFile(folder, Identity);
    }

    /// <summary>What tells this machine from others: equal text, equal machine.</summary>
    public string Identity { get; }

    /// <summary>The measurement; null where there is none that can be read and makes sense.</summary>
    public MachineProbe? Read()
    {
        var kept = _file.Read(ProbeJson.Default.KeptProbe);
        return kept is { Probe: { Peaks: not null, BytesPerSecond: >= 0 } probe } && kept.Identity == Identity && probe.Threads == _threads ? probe : null;
    }

    /// <summary>Keeps a measurement; readers see the old one or the new. False where the folder cannot be written: then it is measured again next time.</summary>
    public bool TryWrite(MachineProbe probe) => _file.TryWrite(new KeptProbe(Identity, probe), ProbeJson.Default.KeptProbe);
}

/// <summary>A measurement as it lies on disk.</summary>
internal sealed record KeptProbe(string Identity, MachineProbe Probe);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(KeptProbe))]
internal sealed partial class ProbeJson : JsonSerializerContext;
