using Freehold.Kernels.Lanes;
using Freehold.Kernels.Numerics;
using Freehold.Kernels.Tests.Lanes;
using Xunit;

namespace Freehold.Kernels.Tests.Numerics;

public sealed unsafe class ReductionsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(1000)]
    [InlineData(128_256)]
    public void Every_instruction_set_gives_the_same_bits_near_the_exact_value(int count)
    {
        using var x = Floats.Random(count, 1, 4);
        using var y = Floats.Random(count, 2);
        var (p, q) = ((nint)x.Pointer, (nint)y.Pointer);
        Same(
            () => LaneReductions.Dot<ScalarLanes>((float*)p, (float*)q, count), () => LaneReductions.Dot<Avx2Lanes>((float*)p, (float*)q, count),
            () => LaneReductions.Dot<Avx512Lanes>((float*)p, (float*)q, count), () => LaneReductions.Dot<AdvSimdLanes>((float*)p, (float*)q, count));
        Same(
            () => LaneReductions.Sum<ScalarLanes>((float*)p, count), () => LaneReductions.Sum<Avx2Lanes>((float*)p, count),
            () => LaneReductions.Sum<Avx512Lanes>((float*)p, count), () => LaneReductions.Sum<AdvSimdLanes>((float*)p, count));
        Same(
            () => (float)LaneReductions.LogSumExp<ScalarLanes>((float*)p, count), () => (float)LaneReductions.LogSumExp<Avx2Lanes>((float*)p, count),
            () => (float)LaneReductions.LogSumExp<Avx512Lanes>((float*)p, count), () => (float)LaneReductions.LogSumExp<AdvSimdLanes>((float*)p, count));
        double dot = 0, exps = 0, magnitude = 0;
        for (var i = 0; i < count; i++)
        {
            dot += (double)x.Span[i] * y.Span[i];
            magnitude += Math.Abs((double)x.Span[i] * y.Span[i]);
            exps += Math.Exp(x.Span[i]);
        }
        Assert.True(Math.Abs(Functions.Dot(x.Pointer, y.Pointer, count) - dot) <= magnitude * 1e-6);
        Assert.Equal(Math.Log(exps), Functions.LogSumExp(x.Span), 2e-6);
    }

    [Fact]
    public void LogSumExp_of_nothing_or_of_masked_values_is_minus_infinity()
    {
        Assert.Equal(float.NegativeInfinity, (float)Functions.LogSumExp([]));
        Assert.Equal(float.NegativeInfinity, (float)Functions.LogSumExp([float.NegativeInfinity, float.NegativeInfinity]));
        Assert.Equal(3f, (float)Functions.LogSumExp([float.NegativeInfinity, 3f]));
    }

    [Theory]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1f)]
    public void LogSumExp_is_NaN_wherever_a_value_is(float others)
    {
        for (var at = 0; at < 20; at++)
        {
            var values = Enumerable.Repeat(others, 20).ToArray();
            values[at] = float.NaN;
            Assert.True(double.IsNaN(Functions.LogSumExp(values)));
        }
    }

    private static void Same(Func<float> scalar, Func<float> avx2, Func<float> avx512, Func<float> advSimd)
    {
        var expected = BitConverter.SingleToInt32Bits(scalar());
        if (InstructionSets.IsSupported(InstructionSet.Avx2))
            Assert.Equal(expected, BitConverter.SingleToInt32Bits(avx2()));
        if (InstructionSets.IsSupported(InstructionSet.Avx512))
            Assert.Equal(expected, BitConverter.SingleToInt32Bits(avx512()));
        if (InstructionSets.IsSupported(InstructionSet.AdvSimd))
            Assert.Equal(expected, BitConverter.SingleToInt32Bits(advSimd()));
    }
}
