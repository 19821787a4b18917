using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Machine;

/// <summary>
/// What an x86-64 CPU says it has, those instructions included that .NET gives no access to. All false on other CPUs.
/// Source: Intel SDM volume 2A, CPUID, leaves 07H (subleaves 0 and 1) and 0DH; AMD APM volume 3, appendix E, gives the same bits.
/// </summary>
/// <param name="Signature">Leaf 1, EAX: family, model and stepping.</param>
/// <param name="Avx2">256-bit integers.</param>
/// <param name="Avx512">AVX-512 F and BW.</param>
/// <param name="AvxVnni">Byte dot products of 128 and 256 bits in VEX form.</param>
/// <param name="Avx512Vnni">Byte dot products of up to 512 bits.</param>
/// <param name="Avx512Bf16">Dot products of bfloat16.</param>
/// <param name="Avx512Vbmi">Byte permutations.</param>
/// <param name="AmxTile">Tile registers, which the operating system saves for us too.</param>
/// <param name="AmxInt8">Tile products of bytes.</param>
public readonly record struct ProcessorFeatures(
    int Signature, bool Avx2, bool Avx512, bool AvxVnni, bool Avx512Vnni, bool Avx512Bf16, bool Avx512Vbmi, bool AmxTile, bool AmxInt8)
{
    // The tiles' state component in XCR0 and XSAVE (SDM volume 1, 13.1): bit 18.
    private const int TileData = 18;

    /// <summary>Asks this CPU.</summary>
    public static ProcessorFeatures Detect() => X86Base.IsSupported ? Read(X86Base.CpuId) : default;

    /// <summary>Reads what <paramref name="cpuId"/> (leaf, subleaf) answers.</summary>
    internal static ProcessorFeatures Read(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        var highest = cpuId(0, 0).Eax;
        var signature = cpuId(1, 0).Eax;
        if (highest < 7)
            return new ProcessorFeatures { Signature = signature };
        var (subleaves, ebx, ecx, edx) = cpuId(7, 0);
        var more = subleaves >= 1 ? cpuId(7, 1).Eax : 0;
        return new ProcessorFeatures(
            signature, Bit(ebx, 5), Bit(ebx, 16) && Bit(ebx, 30), Bit(more, 4), Bit(ecx, 11), Bit(more, 5), Bit(ecx, 1),
            Bit(edx, 24) && TilesAreSaved(cpuId, highest), Bit(edx, 25));
    }

    // Leaf 0DH, EBX: the bytes XSAVE takes for what the system has switched on in XCR0. If they reach to the end of the tiles' part, those are switched on.
    private static bool TilesAreSaved(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId, int highest)
    {
        if (highest < 0xD)
            return false;
        var tiles = cpuId(0xD, TileData);
        return tiles.Eax > 0 && (uint)cpuId(0xD, 0).Ebx >= (uint)tiles.Ebx + (uint)tiles.Eax;
    }

    private static bool Bit(int register, int bit) => (register >> bit & 1) != 0;
}
