using Freehold.Kernels.Machine;

namespace Freehold.Kernels.Generated;

/// <summary>Finds out whether AMX can be used: each thing it needs, in the order in which people can do something about it.</summary>
internal static class TileSupport
{
    /// <summary>Looks at this machine, and asks the kernel for tiles where all else is there.</summary>
    internal static AmxState Detect() => Judge(
        ProcessorFeatures.Detect(), InstructionSets.IsSupported(InstructionSet.Avx512), ExecutableCode.IsAvailable, SignalStack.IsAvailable,
        () => TilePermission.Request(out var refusal) ? "" : refusal);

    /// <summary>Judges what was found.</summary>
    /// <param name="features">What the CPU says it has.</param>
    /// <param name="avx512">Whether .NET runs AVX-512.</param>
    /// <param name="code">Whether generated code may run.</param>
    /// <param name="stacks">Whether threads can have larger signal stacks.</param>
    /// <param name="ask">Asks the kernel; its refusal, or empty.</param>
    internal static AmxState Judge(ProcessorFeatures features, bool avx512, bool code, bool stacks, Func<string> ask)
    {
        static AmxState Off(string why) => new(false, why);
        if (!features.AmxInt8)
            return Off("this CPU, or the machine it is shown through, has no AMX int8");
        if (!features.AmxTile)
            return Off("the CPU has AMX int8, but the system does not save tiles: it needs Linux 5.16 or later");
        if (!features.Avx512Vnni || !avx512)
            return Off("AMX is used beside AVX-512 VNNI, which is missing or switched off");
        if (!code)
            return Off("this system does not let generated code run");
        if (!stacks)
            return Off("threads cannot have larger signal stacks here: AMX is used on Linux alone");
        return ask() is { Length: > 0 } refusal ? Off(refusal) : new AmxState(true, "products of 16 rows and more multiply by tiles");
    }
}
