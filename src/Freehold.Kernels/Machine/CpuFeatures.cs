using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Machine;

/// <summary>
/// What generated code may use and .NET does not tell of. A feature counts when the CPU has it and the operating system keeps its registers;
/// for tiles the kernel must also agree, process by process (<see cref="TilePermission"/>).
/// </summary>
/// <param name="Avx512Vnni">512-bit byte and int16 dot products.</param>
/// <param name="Avx512Vbmi">512-bit byte permutations.</param>
/// <param name="AmxTile">AMX's tile registers.</param>
/// <param name="AmxInt8">AMX's int8 products.</param>
internal sealed record CpuFeatures(bool Avx512Vnni, bool Avx512Vbmi, bool AmxTile, bool AmxInt8)
{
    // XCR0 (Intel SDM volume 1, section 13.3): SSE, AVX, opmask, upper halves and upper registers of AVX-512; tile configuration and tile data.
    private const ulong Avx512State = 0b1110_0110;
    private const ulong TileState = 3UL << 17;

    /// <summary>Asks this CPU.</summary>
    internal static CpuFeatures Detect()
    {
        // CPUID leaf 1: ECX bit 27 says that XGETBV works. Leaf 7: the features (Intel SDM volume 2A, CPUID).
        if (!X86Base.X64.IsSupported || !ExecutableCode.IsAvailable || X86Base.CpuId(0, 0).Eax < 7 || !Bit(X86Base.CpuId(1, 0).Ecx, 27))
            return new CpuFeatures(false, false, false, false);
        var (_, _, ecx, edx) = X86Base.CpuId(7, 0);
        var kept = ExtendedControl.Read();
        var zmm = (kept & Avx512State) == Avx512State;
        var tiles = (kept & TileState) == TileState && Bit(edx, 24);
        return new CpuFeatures(zmm && Bit(ecx, 11), zmm && Bit(ecx, 1), tiles, tiles && Bit(edx, 25));
    }

    private static bool Bit(int word, int bit) => (word >> bit & 1) != 0;
}
