using Freehold.Kernels.Rope;
using Freehold.Kernels.Tests.Lanes;
using Xunit;

namespace Freehold.Kernels.Tests.Rope;

public sealed unsafe class RopeTests
{
    [Fact]
    public void Angles_are_exact_to_a_float_up_to_a_million_positions()
    {
        using var compute = new Compute(new ComputeOptions { Threads = 2 });
        var frequencies = new RopeFrequencies(128, 500_000, 1, []);
        int[] positions = [0, 1, 2, 1000, 131_071, 999_999];
        using var cos = new Floats(positions.Length * 64);
        using var sin = new Floats(positions.Length * 64);
        compute.RopeAngles(frequencies, positions, cos.Pointer, sin.Pointer);
        for (var row = 0; row < positions.Length; row++)
            for (var i = 0; i < 64; i++)
            {
                var angle = positions[row] * Math.Pow(500_000, -i / 64.0);
                Assert.Equal(Math.Cos(angle), cos.Span[row * 64 + i], 1e-7);
                Assert.Equal(Math.Sin(angle), sin.Span[row * 64 + i], 1e-7);
            }
    }

    [Fact]
    public void Factors_divide_frequencies_and_scale_multiplies_angles()
    {
        using var compute = new Compute(new ComputeOptions { Threads = 1 });
        float[] factors = [1, 2, 4, 8];
        var frequencies = new RopeFrequencies(8, 10_000, 0.5, factors, 1.25f);
        using var cos = new Floats(4);
        using var sin = new Floats(4);
        compute.RopeAngles(frequencies, [37], cos.Pointer, sin.Pointer);
        for (var i = 0; i < 4; i++)
        {
            var angle = 37 * 0.5 * Math.Pow(10_000, -i / 4.0) / factors[i];
            Assert.Equal(1.25 * Math.Cos(angle), cos.Span[i], 2e-7);
            Assert.Equal(1.25 * Math.Sin(angle), sin.Span[i], 2e-7);
        }
    }

    [Fact]
    public void Yarn_keeps_fast_pairs_and_interpolates_slow_ones()
    {
        // The formulas of the paper (arXiv 2309.00071, section 3.2) with the borders ggml rounds outwards.
        const int Dimensions = 64;
        const double Scale = 0.25;
        var yarn = RopeFrequencies.Yarn(Dimensions, 10_000, Scale, [], 2048, 1, 1, 32, 1);
        using var compute = new Compute(new ComputeOptions { Threads = 1 });
        using var cos = new Floats(Dimensions / 2);
        using var sin = new Floats(Dimensions / 2);
        compute.RopeAngles(yarn, [777], cos.Pointer, sin.Pointer);
        double Border(double turns) => Dimensions * Math.Log(2048 / (turns * 2 * Math.PI)) / (2 * Math.Log(10_000));
        var (low, high) = (Math.Floor(Border(32)), Math.Ceiling(Border(1)));
        var loud = 1 + 0.1 * Math.Log(4);
        for (var i = 0; i < Dimensions / 2; i++)
        {
            var plain = 777 * Math.Pow(10_000, -2.0 * i / Dimensions);
            var kept = 1 - Math.Clamp((i - low) / (high - low), 0, 1);
            var angle = plain * Scale * (1 - kept) + plain * kept;
            Assert.Equal(loud * Math.Cos(angle), cos.Span[i], 3e-7);
            Assert.Equal(loud * Math.Sin(angle), sin.Span[i], 3e-7);
        }
    }

    [Theory]
    [InlineData(RopePairing.Adjacent, 64, 64)]
    [InlineData(RopePairing.Halves, 64, 64)]
    [InlineData(RopePairing.Adjacent, 80, 32)]
    [InlineData(RopePairing.Halves, 80, 32)]
    [InlineData(RopePairing.Adjacent, 20, 18)]
    [InlineData(RopePairing.Halves, 20, 18)]
    [InlineData(RopePairing.Halves, 96, 96)]
    [InlineData(RopePairing.Adjacent, 2, 2)]
    public void Pairs_turn_as_complex_numbers_and_the_rest_stays_on_every_instruction_set(RopePairing pairing, int headLength, int rotated)
    {
        const int Rows = 5, Heads = 3;
        var stride = Heads * headLength + 7;
        var pairs = rotated / 2;
        using var x = Floats.Random(Rows * stride, 4);
        using var cos = new Floats(Rows * pairs);
        using var sin = new Floats(Rows * pairs);
        int[]? first = null;
        foreach (var isa in InstructionSets.Supported)
            foreach (var threads in new[] { 1, 2, 3 })
            {
                using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
                compute.RopeAngles(new RopeFrequencies(rotated, 10_000, 1, []), [3, 4, 5, 70_000, 0], cos.Pointer, sin.Pointer);
                using var y = x.Copy();
                compute.Rope(pairing, y.Pointer, stride, Rows, Heads, headLength, rotated, cos.Pointer, sin.Pointer);
                if (first is not null)
                {
                    Assert.Equal(first, y.Bits());
                    continue;
                }
                first = y.Bits();
                using var expected = x.Copy();
                for (var row = 0; row < Rows; row++)
                    for (var head = 0; head < Heads; head++)
                        for (var i = 0; i < pairs; i++)
                        {
                            var at = row * stride + head * headLength + (pairing == RopePairing.Adjacent ? 2 * i : i);
                            var other = pairing == RopePairing.Adjacent ? at + 1 : at + pairs;
                            double a = x.Span[at], b = x.Span[other], c = cos.Span[row * pairs + i], s = sin.Span[row * pairs + i];
                            expected.Span[at] = (float)(a * c - b * s);
                            expected.Span[other] = (float)(a * s + b * c);
                        }
                for (var i = 0; i < x.Count; i++)
                    Assert.Equal(expected.Span[i], y.Span[i], 1e-6f);
            }
    }

    [Theory]
    [InlineData(3, 10_000, 0)]
    [InlineData(0, 10_000, 0)]
    [InlineData(8, 0, 0)]
    [InlineData(8, double.NaN, 0)]
    [InlineData(8, 10_000, 3)]
    public void What_cannot_be_a_rotation_is_refused(int dimensions, double origin, int factors) =>
        Assert.Throws<ArgumentException>(() => new RopeFrequencies(dimensions, origin, 1, Enumerable.Repeat(1f, factors).ToArray()));
}
