using Freehold.Kernels.Machine;
using Xunit;

namespace Freehold.Kernels.Tests.Machine;

public class ProcessorFeaturesTests
{
    private const int TilesAt = 2816, TileBytes = 8192;

    [Fact]
    public void A_CPU_with_512_bit_VNNI_and_no_tiles_says_just_that()
    {
        var features = Read(ebx7: 1 << 5 | 1 << 16 | 1 << 30, ecx7: 1 << 1 | 1 << 11, edx7: 0, eax71: 1 << 4 | 1 << 5);
        Assert.Equal(new ProcessorFeatures(0x00B40F41, Avx2: true, Avx512: true, AvxVnni: true, Avx512Vnni: true, Avx512Bf16: true, Avx512Vbmi: true, AmxTile: false, AmxInt8: false), features);
    }

    [Theory]
    [InlineData(TilesAt + TileBytes, true)]
    [InlineData(TilesAt, false)] // the CPU has tiles, the operating system does not save them
    public void Tiles_count_only_where_the_system_saves_them(int savedBytes, bool usable)
    {
        var features = Read(ebx7: 1 << 5, ecx7: 0, edx7: 1 << 24 | 1 << 25, eax71: 0, savedBytes);
        Assert.True(features.AmxInt8);
        Assert.Equal(usable, features.AmxTile);
    }

    [Fact]
    public void A_CPU_without_leaf_7_has_none_of_it()
    {
        var features = ProcessorFeatures.Read((leaf, _) => leaf switch { 0 => (1, 0, 0, 0), 1 => (0x0F41, 0, 0, 0), _ => throw new InvalidOperationException($"leaf {leaf} is not there") });
        Assert.Equal(new ProcessorFeatures { Signature = 0x0F41 }, features);
    }

    [Fact]
    public void What_this_CPU_says_agrees_with_what_the_runtime_found()
    {
        if (!System.Runtime.Intrinsics.X86.X86Base.IsSupported)
            Assert.Skip("no x86 CPU");
        var features = ProcessorFeatures.Detect();
        // The runtime may refuse what a CPU has, never the other way round.
        Assert.True(features.Avx2 || !InstructionSets.IsSupported(InstructionSet.Avx2));
        Assert.True(features.AvxVnni || !InstructionSets.IsSupported(InstructionSet.AvxVnni));
        Assert.True(features.Avx512 || !InstructionSets.IsSupported(InstructionSet.Avx512));
    }

    private static ProcessorFeatures Read(int ebx7, int ecx7, int edx7, int eax71, int savedBytes = 832) => ProcessorFeatures.Read((leaf, subleaf) => (leaf, subleaf) switch
    {
        (0, _) => (0x20, 0, 0, 0),
        (1, _) => (0x00B40F41, 0, 0, 0),
        (7, 0) => (1, ebx7, ecx7, edx7),
        (7, 1) => (eax71, 0, 0, 0),
        (0xD, 0) => (0, savedBytes, 0, 0),
        (0xD, 18) => (TileBytes, TilesAt, 0, 0),
        _ => default,
    });
}
