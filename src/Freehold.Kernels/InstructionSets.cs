using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Machine;

namespace Freehold.Kernels;

/// <summary>Which instruction sets this CPU offers through this runtime.</summary>
public static class InstructionSets
{
    /// <summary>Whether AMX's tiles can be used here, and why not. Where they can, this process has asked for them and been granted them.</summary>
    public static AmxState Amx { get; } = TileSupport.Detect();

    /// <summary>The fastest one here.</summary>
    public static InstructionSet Best => Supported[^1];

    /// <summary>All that are here, slowest first.</summary>
    public static IReadOnlyList<InstructionSet> Supported { get; } = FindSupported();

    /// <summary>Whether kernels of <paramref name="isa"/> can run here.</summary>
    public static bool IsSupported(InstructionSet isa) => isa switch
    {
        InstructionSet.Scalar => true,
        InstructionSet.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        InstructionSet.AvxVnni => Avx2.IsSupported && Fma.IsSupported && AvxVnni.IsSupported,
        InstructionSet.Avx512 => Avx2.IsSupported && Fma.IsSupported && Avx512BW.IsSupported && Avx512BW.VL.IsSupported && Avx512DQ.IsSupported,
        InstructionSet.Avx512Vnni => IsSupported(InstructionSet.Avx512) && ProcessorFeatures.Detect().Avx512Vnni && ExecutableCode.IsAvailable,
        InstructionSet.Amx => Amx.IsOn,
        InstructionSet.AdvSimd => AdvSimd.Arm64.IsSupported,
        _ => false,
    };

    // By hand: LINQ over an enumeration of ours would be compiled at each start.
    private static InstructionSet[] FindSupported()
    {
        InstructionSet[] all =
        [
            InstructionSet.Scalar, InstructionSet.AdvSimd, InstructionSet.Avx2, InstructionSet.AvxVnni, InstructionSet.Avx512, InstructionSet.Avx512Vnni,
            InstructionSet.Amx,
        ];
        var count = 0;
        foreach (var isa in all)
            if (IsSupported(isa))
                all[count++] = isa;
        return all[..count];
    }

    /// <summary>Whether a CPU of this instruction set has AVX2 too, so that kernels of 256 bits run there.</summary>
    internal static bool BuildsOnAvx2(InstructionSet isa) =>
        isa is InstructionSet.Avx2 or InstructionSet.AvxVnni or InstructionSet.Avx512 or InstructionSet.Avx512Vnni or InstructionSet.Amx;
}
