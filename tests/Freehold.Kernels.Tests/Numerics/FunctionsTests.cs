using Freehold.Kernels.Lanes;
using Freehold.Kernels.Numerics;
using Freehold.Kernels.Tests.Lanes;
using Xunit;

namespace Freehold.Kernels.Tests.Numerics;

public sealed unsafe class FunctionsTests
{
    [Fact]
    public void Exp_is_within_an_ulp_over_its_range()
    {
        AssertClose(Functions.Exp, Math.Exp, -87, 88.7, 1.05);
        // Where results are denormal the error is counted in the smallest float.
        AssertClose(Functions.Exp, Math.Exp, -104, -87, 1.05);
        Assert.Equal(0f, Functions.Exp(float.NegativeInfinity));
        Assert.Equal(0f, Functions.Exp(-104f));
        Assert.Equal(float.PositiveInfinity, Functions.Exp(float.PositiveInfinity));
        Assert.Equal(float.PositiveInfinity, Functions.Exp(88.8f));
        Assert.Equal(1f, Functions.Exp(0f));
        Assert.Equal(1f, Functions.Exp(-0f));
        Assert.True(float.IsNaN(Functions.Exp(float.NaN)));
    }

    [Fact]
    public void Log_is_within_an_ulp_of_every_magnitude()
    {
        AssertClose(Functions.Log, Math.Log, 0.5, 2, 1.05);
        AssertClose(Functions.Log, Math.Log, 1e-30, 1e-28, 1.05);
        AssertClose(Functions.Log, Math.Log, 1e-45, 1e-38, 1.05);
        AssertClose(Functions.Log, Math.Log, 2, 1e6, 1.05);
        AssertClose(Functions.Log, Math.Log, 1e30, 3.4e38, 1.05);
        Assert.Equal(float.NegativeInfinity, Functions.Log(0));
        Assert.Equal(float.NegativeInfinity, Functions.Log(-0f));
        Assert.Equal(float.PositiveInfinity, Functions.Log(float.PositiveInfinity));
        Assert.Equal(0f, Functions.Log(1));
        Assert.True(float.IsNaN(Functions.Log(-1)));
        Assert.True(float.IsNaN(Functions.Log(float.NegativeInfinity)));
        Assert.True(float.IsNaN(Functions.Log(float.NaN)));
    }

    [Fact]
    public void Tanh_is_within_two_ulp_odd_and_ends_at_one()
    {
        AssertClose(Functions.Tanh, Math.Tanh, -10, 10, 2);
        AssertClose(Functions.Tanh, Math.Tanh, 0, 1e-3, 2);
        Assert.Equal(1f, Functions.Tanh(float.PositiveInfinity));
        Assert.Equal(-1f, Functions.Tanh(float.NegativeInfinity));
        Assert.Equal(1f, Functions.Tanh(9.1f));
        Assert.Equal(BitConverter.SingleToInt32Bits(-0f), BitConverter.SingleToInt32Bits(Functions.Tanh(-0f)));
        Assert.True(float.IsNaN(Functions.Tanh(float.NaN)));
        AssertRising(Functions.Tanh, 0.6f, 0.65f);
        AssertRising(Functions.Tanh, 8.5f, 9.5f);
    }

    [Fact]
    public void Erf_is_within_two_ulp_odd_and_ends_at_one()
    {
        AssertClose(Functions.Erf, Erf, -4, 4, 2);
        AssertClose(Functions.Erf, Erf, 0, 1e-3, 2);
        Assert.Equal(1f, Functions.Erf(float.PositiveInfinity));
        Assert.Equal(-1f, Functions.Erf(float.NegativeInfinity));
        Assert.Equal(1f, Functions.Erf(4f));
        Assert.True(float.IsNaN(Functions.Erf(float.NaN)));
        AssertRising(Functions.Erf, 0.92f, 0.94f);
        AssertRising(Functions.Erf, 3.5f, 4.5f);
    }

    [Fact]
    public void Sine_and_cosine_hold_for_positions_up_to_a_million()
    {
        var random = new Random(1);
        for (var i = 0; i < 300_000; i++)
        {
            var x = (random.NextDouble() - 0.1) * Math.Pow(10, random.Next(-3, 7));
            if (i % 3 == 0)
                x = Math.Round(x);
            x = Math.Clamp(x, -1.5e6, 1.5e6);
            var (sin, cos) = DoubleFunctions.SinCos(x);
            Assert.True(Math.Abs(sin - Math.Sin(x)) < 3e-16, $"sin {x:R}");
            Assert.True(Math.Abs(cos - Math.Cos(x)) < 3e-16, $"cos {x:R}");
        }
    }

    [Fact]
    public void Sine_and_cosine_hold_next_to_multiples_of_a_quarter_turn()
    {
        for (var n = 1; n <= 900_000; n += 7)
        {
            var x = n * (Math.PI / 2);
            var (sin, cos) = DoubleFunctions.SinCos(x);
            Assert.True(Math.Abs(sin - Math.Sin(x)) < 3e-16, $"sin {x:R}");
            Assert.True(Math.Abs(cos - Math.Cos(x)) < 3e-16, $"cos {x:R}");
        }
    }

    [Fact]
    public void Powers_in_double_are_what_rope_needs()
    {
        foreach (var origin in new[] { 10_000.0, 500_000, 1_000_000, 1e7 })
            for (var i = 0; i < 128; i++)
            {
                var expected = Math.Pow(origin, -i / 128.0);
                Assert.True(Math.Abs(DoubleFunctions.Pow(origin, -i / 128.0) / expected - 1) < 5e-15);
            }
    }

    [Fact]
    public void Every_lane_of_every_instruction_set_has_the_scalar_functions_bits()
    {
        var inputs = new List<float>
        {
            0, -0f, 1, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon, float.MaxValue,
            float.MinValue, 1.17549435e-38f, 0.625f, 0.93f, 88.72f, 88.73f, -103.9f, -87.4f,
        };
        var random = new Random(3);
        while (inputs.Count < 20_000)
            inputs.Add(inputs.Count % 2 == 0 ? BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)) : (random.NextSingle() - 0.5f) * 30);
        while (inputs.Count % 16 != 0)
            inputs.Add(0);
        Span<float> all = inputs.ToArray();
        fixed (float* x = all)
        {
            // The pointer outlives nothing: each comparison ends before the span is let go.
            Compare<ScalarLanes>(x, all.Length);
            if (InstructionSets.IsSupported(InstructionSet.Avx2))
                Compare<Avx2Lanes>(x, all.Length);
            if (InstructionSets.IsSupported(InstructionSet.Avx512))
                Compare<Avx512Lanes>(x, all.Length);
            if (InstructionSets.IsSupported(InstructionSet.AdvSimd))
                Compare<AdvSimdLanes>(x, all.Length);
        }
    }

    private static void Compare<T>(float* x, int count)
        where T : struct, ILanes16<T>
    {
        var y = stackalloc float[16];
        var one = stackalloc float[16];
        for (var i = 0; i < count; i += 16)
        {
            var v = T.Load(x + i);
            for (var function = 0; function < 5; function++)
            {
                T.Store(
                    function switch
                    {
                        0 => LaneFunctions.Exp(v),
                        1 => LaneFunctions.Log(v),
                        2 => LaneFunctions.Tanh(v),
                        3 => LaneFunctions.Erf(v),
                        _ => LaneFunctions.OnePlusErf(v),
                    },
                    y);
                for (var j = 0; j < 16; j++)
                {
                    var s = x[i + j];
                    one[j] = function switch
                    {
                        0 => Functions.Exp(s),
                        1 => Functions.Log(s),
                        2 => Functions.Tanh(s),
                        3 => Functions.Erf(s),
                        _ => LaneFunctions.OnePlusErf(new OneLane(s)).Value,
                    };
                }
                Assert.Equal(Floats.Bits(new ReadOnlySpan<float>(one, 16)), Floats.Bits(new ReadOnlySpan<float>(y, 16)));
            }
        }
    }

    /// <summary>Compares with double over 400,000 evenly spaced points.</summary>
    private static void AssertClose(Func<float, float> ours, Func<double, double> exact, double from, double to, double ulps)
    {
        const int Points = 400_000;
        for (var i = 0; i <= Points; i++)
        {
            var x = (float)(from + (to - from) * i / Points);
            var expected = exact(x);
            var unit = Math.Max(float.Epsilon, Math.Abs((double)MathF.BitIncrement(MathF.Abs((float)expected)) - Math.Abs((float)expected)));
            var error = Math.Abs(ours(x) - expected) / unit;
            Assert.True(error <= ulps, $"at {x:R}: {ours(x):R} where {expected:R} was expected, {error} ulp off");
        }
    }

    private static void AssertRising(Func<float, float> ours, float from, float to)
    {
        var last = ours(from);
        for (var x = from; x < to; x = MathF.BitIncrement(x))
        {
            var y = ours(x);
            // One ulp of ripple is what rounding leaves.
            Assert.True(y >= MathF.BitDecrement(last), $"falls at {x:R}");
            last = y;
        }
    }

    /// <summary>erf by its series (Abramowitz and Stegun 7.1.6), all terms positive: no cancellation.</summary>
    private static double Erf(double x)
    {
        double term = x, sum = x;
        for (var n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
