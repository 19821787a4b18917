using System.Globalization;
using Freehold.Engine.Memory;
using Freehold.Hosting;
using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;

namespace Freehold.Planning;

/// <summary>Says what was chosen for a loaded model and why, and what speed, users and cost follow. Chooses nothing itself that the engine would not choose.</summary>
internal static class Planner
{
    /// <summary>The rates at which users are counted: slow reading and fast reading.</summary>
    private static readonly double[] _rates = [5, 10];

    /// <summary>Plans.</summary>
    /// <param name="open">The model, loaded as it will be served.</param>
    /// <param name="memory">What its engine uses; null for an encoder.</param>
    /// <param name="machine">The machine's limits.</param>
    /// <param name="measured">A bench of this model here; null where there is none.</param>
    /// <param name="prices">What machine and power cost.</param>
    /// <param name="conversation">What users ask for; null for the usual.</param>
    public static ServingPlan Make(OpenModel open, MemoryPlan? memory, MachineLimits machine, MeasuredSpeed? measured, Prices prices, Conversation? conversation)
    {
        var pageBytes = open.Loaded.Causal?.State.PageBytes ?? 0;
        var planes = PlanesOf(open.Loaded.Activations);
        SpeedModel? SpeedAt(int of, MeasuredSpeed? known, long? otherPages = null) =>
            Efficiency.Model(open.Work, of, (otherPages ?? pageBytes) / KvLayout.PageTokens, machine.Probe, open.Compute.Isa, known);
        var speed = SpeedAt(planes, measured);
        conversation = memory is null ? null : conversation ?? Conversation.UsualIn(memory.Context);
        IReadOnlyList<Users> UsersOf(SpeedModel? of, long? otherPages = null) => of is null || memory is null ? []
            : [.. _rates.Select(rate => Users.At(rate, of, conversation!, memory.KvBytes, otherPages ?? pageBytes, KvLayout.PageTokens))];
        var users = UsersOf(speed);
        List<Proposal> proposals = [];
        if (planes > 1)
            proposals.Add(LessActivations(SpeedAt(1, null), SpeedAt(2, null), of => UsersOf(of)));
        if (memory is not null && open.Loaded is { KeysValues: KvType.F32, Causal: { } causal })
        {
            var smaller = causal.State.With(KvType.Q8).PageBytes;
            proposals.Add(SmallerKeysValues((double)pageBytes / smaller, memory.KvBytes, UsersOf(SpeedAt(planes, null, smaller), smaller), UsersOf(SpeedAt(planes, null))));
        }
        if (memory is not null)
            foreach (var (kind, work) in open.LossyWork.OrderByDescending(entry => entry.Key))
                proposals.Add(PackedWithLoss(open, kind, work, Efficiency.Model(work, 1, pageBytes / KvLayout.PageTokens, machine.Probe, open.Compute.Isa, null), SpeedAt(planes, null)));
        return new ServingPlan
        {
            Model = open.Name,
            Machine = machine,
            AvailableBytes = AvailableMemory.Measure(),
            Choices = [.. Choices(open, memory, machine)],
            Memory = memory,
            Speed = speed,
            Measured = measured,
            Conversation = conversation,
            Users = users,
            Prices = prices,
            Proposals = proposals,
        };
    }

    private static IEnumerable<Choice> Choices(OpenModel open, MemoryPlan? memory, MachineLimits machine)
    {
        var (isa, budget) = (open.Compute.Isa, machine.Profile.Budget);
        yield return new("instruction set", isa.ToString().ToLowerInvariant(),
            isa == InstructionSets.Best ? "the best that this CPU and this version's kernels have in common" : "FREEHOLD_ISA asks for it");
        yield return new("AMX", open.Compute.Amx.IsOn ? "on" : "off", open.Compute.Amx.Why);
        var used = machine.Probe.PeakOf(isa);
        var unused = machine.Probe.Peak is { } peak && peak != used && peak.OperationsPerSecond > 1.1 * (used?.OperationsPerSecond ?? 0)
            ? $"; this CPU also has {peak.Instruction}, which these kernels do not use" : "";
        yield return new("kernels", used is null ? "plain loops" : used.Instruction,
            $"what {isa.ToString().ToLowerInvariant()} multiplies bytes with{unused}{(open.Kernels.Length == 0 ? "" : $"; timed here: {open.Kernels}")}");
        yield return open.Resolved.Pack is { } pack
            ? new("weights", pack, $"asked for; {open.Packing}; answers name the model {open.Name}")
            : new("weights", open.Packing, "in memory once; what is mapped is shared with every process that maps the file, and the system may drop it");
        yield return new("threads", open.Compute.Threads.ToString(CultureInfo.InvariantCulture),
            open.Compute.Threads == budget.Threads
                ? $"one for each of the {budget.Cores} cores this process may use{(budget.Quota is { } quota ? string.Create(CultureInfo.InvariantCulture, $", within a quota of {quota:0.##} CPUs") : "")}"
                : "asked for");
        yield return new("placement", open.Placement.Node is { } node ? $"NUMA node {node.Number}" : "whole machine", open.Placement.Why);
        yield return new("activations", $"{(int)open.Loaded.Activations}",
            open.Loaded.Activations == open.Loaded.DefaultActivations ? "the rule for a model of this size" : "asked for; answers name it");
        if (memory is null)
            yield break;
        yield return new("streams", memory.MaxStreams.ToString(CultureInfo.InvariantCulture), "decoded together: each step reads the weights once for all");
        yield return new("prompts", $"chunks of {memory.PrefillChunk}, less beside streams", "long enough to be limited by arithmetic, short enough that nobody's stream stalls");
        yield return new("guessing ahead", open.Draft is { } draft ? $"from the text itself, else by {draft.Name}" : "from the text itself",
            "checked in the same step, so tokens stay the same; as much as pays by measured times");
        yield return new("keys and values", $"{Commands.ByteCount.Write(memory.KvBytes)}, {KeysValuesChoice.NameOf(open.Loaded.KeysValues)}",
            $"{(open.Loaded.KeysValues == KvType.F32 ? "" : "asked for, answers name it; ")}contexts of up to {memory.Context}; fixed when the model is loaded");
    }

    private static Proposal LessActivations(SpeedModel? eight, SpeedModel? sixteen, Func<SpeedModel?, IReadOnlyList<Users>> usersOf)
    {
        const string cost = "answers differ a little (docs/numerics.md has the distance) and name it";
        if (eight is null || sixteen is null)
            return new Proposal("--activations 8", $"half the arithmetic; {cost}");
        var users = usersOf(eight).Zip(usersOf(sixteen), (with, without) => $"{with.Count} instead of {without.Count} users at {with.Rate:0} tokens/s");
        return new Proposal("--activations 8", string.Create(CultureInfo.InvariantCulture,
            $"expected prefill {eight.PrefillTokensPerSecond:0.0} instead of {sixteen.PrefillTokensPerSecond:0.0} tokens/s{string.Concat(users.Select(line => ", " + line))}; {cost}"));
    }

    private static Proposal PackedWithLoss(OpenModel open, LossyKind kind, ModelWork work, SpeedModel? with, SpeedModel? without)
    {
        var name = PackChoice.NameOf(kind);
        var (most, seen) = kind == LossyKind.W8 ? ("0.7", "0.5") : ("5", "2");
        var cost = $"it is another model, {open.Name}+{name}, since it answers differently: perplexity up to {most} % higher was allowed and about {seen} % seen on the demonstration model (docs/lossy-packing.md)";
        var memory = $"{Commands.ByteCount.Write(work.BytesPerDecode)} of weights read for a token instead of {Commands.ByteCount.Write(open.Work.BytesPerDecode)}";
        return new Proposal($"--pack {name}", with is null || without is null ? $"{memory}; {cost}"
            : string.Create(CultureInfo.InvariantCulture, $"{memory}, expected decode {with.DecodeTokensPerSecond:0.0} instead of {without.DecodeTokensPerSecond:0.0} tokens/s, prefill {with.PrefillTokensPerSecond:0.0} instead of {without.PrefillTokensPerSecond:0.0}; {cost}"));
    }

    private static Proposal SmallerKeysValues(double times, long bytes, IReadOnlyList<Users> with, IReadOnlyList<Users> without)
    {
        var users = with.Zip(without, (more, now) => $", {more.Count} instead of {now.Count} users at {more.Rate:0} tokens/s");
        return new Proposal("--kv q8", string.Create(CultureInfo.InvariantCulture,
            $"{times:0.0} times as many positions in {Commands.ByteCount.Write(bytes)}{string.Concat(users)}; answers differ a little (docs/kv-cache.md has the distance) and name it"));
    }

    private static int PlanesOf(ActivationBits bits) => bits == ActivationBits.Sixteen ? 2 : 1;
}
