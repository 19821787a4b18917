using Freehold.Kernels.Generated;
using Freehold.Kernels.Machine;
using Xunit;

namespace Freehold.Kernels.Tests.Generated;

public sealed class TileSupportTests
{
    private static readonly ProcessorFeatures All = new() { AmxInt8 = true, AmxTile = true, Avx512Vnni = true };

    [Fact]
    public void Amx_is_on_where_nothing_is_missing_and_the_kernel_grants_it()
    {
        Assert.True(TileSupport.Judge(All, avx512: true, code: true, stacks: true, () => "").IsOn);
    }

    [Theory]
    [InlineData(false, true, true, true, true, true, "no AMX int8")]
    [InlineData(true, false, true, true, true, true, "does not save tiles")]
    [InlineData(true, true, false, true, true, true, "AVX-512 VNNI")]
    [InlineData(true, true, true, false, true, true, "AVX-512 VNNI")]
    [InlineData(true, true, true, true, false, true, "generated code")]
    [InlineData(true, true, true, true, true, false, "signal stacks")]
    public void What_is_missing_is_named_and_the_kernel_is_not_asked(bool int8, bool tile, bool vnni, bool avx512, bool code, bool stacks, string why)
    {
        var features = All with { AmxInt8 = int8, AmxTile = tile, Avx512Vnni = vnni };
        var state = TileSupport.Judge(features, avx512, code, stacks, () => throw new InvalidOperationException("asked"));
        Assert.False(state.IsOn);
        Assert.Contains(why, state.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void The_kernels_refusal_is_told()
    {
        var state = TileSupport.Judge(All, avx512: true, code: true, stacks: true, () => "the kernel refuses tile data: Operation not permitted");
        Assert.Equal(new AmxState(false, "the kernel refuses tile data: Operation not permitted"), state);
    }

    [Fact]
    public void Amx_is_offered_exactly_where_it_is_on()
    {
        Assert.Equal(InstructionSets.Amx.IsOn, InstructionSets.Supported.Contains(InstructionSet.Amx));
        using var compute = new Compute(new ComputeOptions { Isa = InstructionSet.Scalar, Threads = 1 });
        Assert.False(compute.Amx.IsOn);
        Assert.NotEmpty(compute.Amx.Why);
        if (!InstructionSets.Amx.IsOn)
            Assert.Throws<PlatformNotSupportedException>(() => new Compute(new ComputeOptions { Isa = InstructionSet.Amx }));
    }
}
