using Freehold.Kernels;
using Freehold.Kernels.Machine;

namespace Freehold.Planning;

/// <summary>Where the shares of a <see cref="SpeedModel"/> come from: a bench of this model here, or else what this version's kernels usually reach.</summary>
internal static class Efficiency
{
    // From first benches of Llama-3.2-1B's shape in Q8_0 and Q4_0 (docs/performance.md). Prefill and batch are of the peak of the instruction that the kernels use.
    private const double UsualBandwidth = 0.55;

    // Few rows are a smaller part of what tiles could do. On AVX2 8 and 32 streams reach 0.22 and 0.23; others are not measured since all types have code for few rows.
    private static double UsualBatch(InstructionSet isa) => isa switch
    {
        InstructionSet.Amx => 0.03,
        InstructionSet.Avx2 => 0.2,
        _ => 0.12,
    };

    private static double UsualPrefill(InstructionSet isa) => isa switch
    {
        InstructionSet.Avx512 or InstructionSet.Avx2 => 0.3,
        // Of generated code worked out from its operations (docs/generated-code.md), not yet from benches.
        InstructionSet.AvxVnni or InstructionSet.Avx512Vnni => 0.4,
        // With a scale per 32 values tiles are half idle, and scaling takes longer than they do: 0.85 of 10.5 TOPS in whole products of two threads.
        InstructionSet.Amx => 0.08,
        _ => 0.2,
    };

    /// <summary>The speeds to expect, or those that were measured; null where nothing is known of the machine's arithmetic or memory.</summary>
    public static SpeedModel? Model(ModelWork work, int planes, long kvBytesPerPosition, MachineProbe probe, InstructionSet isa, MeasuredSpeed? measured)
    {
        if (probe.Peak is not { } peak || probe.BytesPerSecond <= 0 || work.OperationsPerPrefill == 0)
            return null;
        var own = probe.PeakOf(isa);
        // Kernels without a peak of their own (scalar) can only be measured.
        if (own is null && measured is null)
            return null;
        var ofPeak = own is null ? 1 : own.OperationsPerSecond / peak.OperationsPerSecond;
        var usual = new SpeedModel(work, planes, kvBytesPerPosition, probe.BytesPerSecond, peak.OperationsPerSecond,
            new Shares(UsualBandwidth, UsualPrefill(isa) * ofPeak, UsualBatch(isa) * ofPeak, false));
        if (measured is null)
            return usual;
        var prefill = measured.Prefill * work.OperationsPerPrefill * planes / peak.OperationsPerSecond;
        // A batch that was not measured does no better than a prompt.
        var shares = new Shares(measured.Decode * work.BytesPerDecode / probe.BytesPerSecond, prefill, Math.Min(usual.Shares.Batch, prefill), true);
        var known = usual with { Shares = shares };
        var most = measured.Streams.Where(entry => entry.Value > 0).OrderBy(entry => entry.Key).LastOrDefault();
        return most.Key > 1
            ? known with { Shares = shares with { Batch = known.BatchShareOf(most.Key, most.Value, measured.StreamPositions) } }
            : known;
    }
}
