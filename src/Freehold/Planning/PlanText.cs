using System.Globalization;
using Freehold.Commands;
using Freehold.Kernels.Machine;

namespace Freehold.Planning;

/// <summary>A plan for people.</summary>
internal static class PlanText
{
    /// <summary>All of it.</summary>
    public static IEnumerable<string> Lines(ServingPlan plan)
    {
        var (profile, probe) = (plan.Machine.Profile, plan.Machine.Probe);
        yield return plan.Model;
        yield return Line("machine", $"{profile.Processor}: {profile.Budget.Cores} cores for this process, {Nodes(profile)}, {ByteCount.Write(profile.MemoryBytes)} of memory, {ByteCount.Write(plan.AvailableBytes)} available");
        yield return Line("it has", Features(profile));
        yield return Line("measured", FormattableString.Invariant($"{(probe.WasDisturbed ? "while others were in the way: at least " : "")}{probe.BytesPerSecond / 1e9:0.0} GB/s of memory by {probe.Threads} threads; {Peaks(probe)}"));
        foreach (var choice in plan.Choices)
            yield return Line(choice.What, $"{choice.Value}: {choice.Why}");
        foreach (var line in Speeds(plan))
            yield return line;
        foreach (var line in Cost(plan))
            yield return line;
        foreach (var proposal in plan.Proposals)
            yield return Line("you may", $"{proposal.Option}: {proposal.Effect}");
    }

    /// <summary>In one line, for start-up.</summary>
    public static string Short(ServingPlan plan)
    {
        if (plan.Speed is not { } speed)
            return "speed unknown: freehold bench measures it";
        var users = plan.Users.Count == 0 ? ""
            : "; expected " + string.Join(", ", plan.Users.Select(at => FormattableString.Invariant($"{at.Count} users at {at.Rate:0} tokens/s")));
        var decode = plan.Memory is null ? "" : FormattableString.Invariant($", decode {Decode(plan, speed):0.0}");
        return FormattableString.Invariant($"{plan.Kind}: prefill {Prefill(plan, speed):0} tokens/s{decode}{users}; {plan.Prices.Month:0.##} a month (freehold plan tells how)");
    }

    /// <summary>Tokens a second as measured, or as predicted.</summary>
    public static double Prefill(ServingPlan plan, SpeedModel speed) => plan.Measured?.Prefill ?? speed.PrefillTokensPerSecond;

    /// <summary>Tokens a second as measured, or as predicted.</summary>
    public static double Decode(ServingPlan plan, SpeedModel speed) => plan.Measured?.Decode ?? speed.DecodeTokensPerSecond;

    private static IEnumerable<string> Speeds(ServingPlan plan)
    {
        if (plan.Speed is not { } speed)
        {
            yield return Line("speed", "unknown for these kernels: freehold bench measures it");
            yield break;
        }
        yield return Line("prefill", FormattableString.Invariant($"{plan.Kind}{(plan.Measured is { } bench ? $" on {bench.At:yyyy-MM-dd}" : "")} {Prefill(plan, speed):0.0} tokens/s, {speed.Shares.Prefill:P0} of the arithmetic peak"));
        if (plan.Memory is not { } memory)
            yield break;
        yield return Line("decode", FormattableString.Invariant($"{plan.Kind} {Decode(plan, speed):0.0} tokens/s alone, {speed.Shares.Bandwidth:P0} of the bandwidth"));
        foreach (var (streams, rate) in plan.Measured?.Streams ?? new Dictionary<int, double>())
            yield return Line("", FormattableString.Invariant($"measured {rate:0.0} tokens/s of {streams} streams in all"));
        foreach (var at in plan.Users)
            yield return Line("users", FormattableString.Invariant($"expected {at.Count} at once at {at.Rate:0} tokens/s each, limited by {at.Limit}{(at.Count > memory.MaxStreams ? $" (serve with --max-streams {at.Count})" : "")}"));
        yield return Line("", $"each with a prompt of {plan.Conversation!.Prompt} tokens and an answer of {plan.Conversation.Answer}, all day long; counted from the {plan.Kind} speeds");
        if (plan.Measured is null)
            yield return Line("", "freehold bench with this model turns expected figures into measured ones");
    }

    private static IEnumerable<string> Cost(ServingPlan plan)
    {
        var prices = plan.Prices;
        yield return Line("cost", FormattableString.Invariant($"{prices.Month:0.00} a month: {prices.Machine.Value:0.00} for the machine ({prices.Machine.Source}) and {prices.Power:0.00} for power ({prices.Watts.Value:0} W, {prices.Watts.Source}; {prices.KilowattHour.Value:0.00} a kWh, {prices.KilowattHour.Source})"));
        foreach (var at in plan.Users.Where(at => at.Count > 0))
            yield return Line("", FormattableString.Invariant($"{prices.Month / at.Count:0.00} a user and month at {at.Rate:0} tokens/s"));
        yield return Line("to compare", FormattableString.Invariant($"{prices.Gpu.Value:0.00} a month for a GPU ({prices.Gpu.Source})"));
    }

    private static string Peaks(MachineProbe probe) => probe.Peaks.Count == 0
        ? "no loop is written that measures this CPU's integer arithmetic"
        : "int8 " + string.Join(", ", probe.Peaks.Select(peak =>
            FormattableString.Invariant($"{peak.OperationsPerSecond / 1e12:0.00} TOPS by {peak.Instruction}{(peak.Derivation is null ? "" : $" (expected: {peak.Derivation})")}")));

    private static string Nodes(MachineProfile profile) => profile.Nodes.Count == 1 ? "1 NUMA node" : $"{profile.Nodes.Count} NUMA nodes";

    private static string Features(MachineProfile profile)
    {
        var features = profile.Features;
        string Say(string name, bool has) => $"{name} {(has ? "yes" : "no")}";
        return string.Join(", ", Say("AVX2", features.Avx2), Say("AVX-VNNI", features.AvxVnni), Say("AVX-512", features.Avx512),
            Say("AVX-512 VNNI", features.Avx512Vnni), Say("AVX-512 BF16", features.Avx512Bf16), Say("AMX int8", features.AmxTile && features.AmxInt8));
    }

    private static string Line(string key, string value) => $"  {key,-16} {value}";
}
