using Freehold.Kernels.Rows;
using Freehold.Kernels.Tests.Lanes;
using Freehold.Tests;
using Xunit;

namespace Freehold.Kernels.Tests.Rows;

public sealed unsafe class RowsTests
{
    /// <summary>One operation: in place on x (stride of columns + 5), with a second matrix and two vectors at hand.</summary>
    private delegate void Operation(Compute compute, float* x, float* y, float* weight, float* bias, long stride, int rows, int columns);

    /// <summary>What it should be, in double, for one element; null where a whole row counts.</summary>
    private static readonly Dictionary<string, (Operation Run, Func<double[], double[], double[], double[], int, double> Exact, double Tolerance)> Operations = new()
    {
        ["rms norm"] = (
            (c, x, _, w, _, s, r, n) => c.RmsNorm(x, s, w, 1e-5f, x, s, r, n),
            (x, _, w, _, i) => x[i] / Math.Sqrt(x.Sum(v => v * v) / x.Length + 1e-5) * w[i], 2e-6),
        ["rms norm without weights"] = (
            (c, x, _, _, _, s, r, n) => c.RmsNorm(x, s, null, 1e-5f, x, s, r, n),
            (x, _, _, _, i) => x[i] / Math.Sqrt(x.Sum(v => v * v) / x.Length + 1e-5), 2e-6),
        ["layer norm"] = (
            (c, x, _, w, b, s, r, n) => c.LayerNorm(x, s, w, b, 1e-5f, x, s, r, n),
            (x, _, w, b, i) => Normal(x, i) * w[i] + b[i], 1e-5),
        ["layer norm without bias"] = (
            (c, x, _, w, _, s, r, n) => c.LayerNorm(x, s, w, null, 1e-5f, x, s, r, n),
            (x, _, w, _, i) => Normal(x, i) * w[i], 1e-5),
        ["gate by silu"] = (
            (c, x, y, _, _, s, r, n) => c.Gate(Activation.Silu, x, s, y, s, x, s, r, n), (x, y, _, _, i) => x[i] / (1 + Math.Exp(-x[i])) * y[i], 1e-6),
        ["gate by gelu"] = (
            (c, x, y, _, _, s, r, n) => c.Gate(Activation.GeluTanh, x, s, y, s, x, s, r, n), (x, y, _, _, i) => GeluTanh(x[i]) * y[i], 2e-6),
        ["silu"] = ((c, x, _, _, _, s, r, n) => c.Activate(Activation.Silu, x, s, r, n), (x, _, _, _, i) => x[i] / (1 + Math.Exp(-x[i])), 1e-6),
        ["gelu by tanh"] = ((c, x, _, _, _, s, r, n) => c.Activate(Activation.GeluTanh, x, s, r, n), (x, _, _, _, i) => GeluTanh(x[i]), 2e-6),
        ["gelu by erf"] = ((c, x, _, _, _, s, r, n) => c.Activate(Activation.GeluErf, x, s, r, n), (x, _, _, _, i) => GeluErf(x[i]), 2e-6),
        ["relu"] = ((c, x, _, _, _, s, r, n) => c.Activate(Activation.Relu, x, s, r, n), (x, _, _, _, i) => Math.Max(0, x[i]), 0),
        ["add"] = ((c, x, y, _, _, s, r, n) => c.Add(x, s, y, s, r, n), (x, y, _, _, i) => x[i] + y[i], 1e-6),
        ["add to each"] = ((c, x, _, _, b, s, r, n) => c.AddToEach(x, s, b, r, n), (x, _, _, b, i) => x[i] + b[i], 1e-6),
        ["scale"] = ((c, x, _, _, _, s, r, n) => c.Scale(x, s, 0.3f, r, n), (x, _, _, _, i) => x[i] * 0.3f, 1e-6),
        ["soft cap"] = ((c, x, _, _, _, s, r, n) => c.SoftCap(x, s, 2.5f, r, n), (x, _, _, _, i) => 2.5 * Math.Tanh(x[i] / 2.5), 1e-6),
    };

    public static TheoryData<string> Names => [.. Operations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Operations_are_near_double_and_equal_in_bits_on_every_instruction_set_and_thread_count(string name)
    {
        var (run, exact, tolerance) = Operations[name];
        foreach (var (rows, columns) in new[] { (1, 1), (3, 7), (2, 16), (5, 33), (7, 576), (9, 4099) })
        {
            var stride = columns + 5;
            using var x = Floats.Random((long)rows * stride, 11, 3);
            using var y = Floats.Random((long)rows * stride, 12, 3);
            using var weight = Floats.Random(columns, 13);
            using var bias = Floats.Random(columns, 14);
            int[]? first = null;
            foreach (var isa in InstructionSets.Supported)
                foreach (var threads in new[] { 1, 2, 3 })
                {
                    using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
                    using var result = x.Copy();
                    run(compute, result.Pointer, y.Pointer, weight.Pointer, bias.Pointer, stride, rows, columns);
                    var bits = result.Bits();
                    if (first is not null)
                    {
                        Assert.Equal(first, bits);
                        continue;
                    }
                    first = bits;
                    for (var r = 0; r < rows; r++)
                    {
                        double[] Row(Floats from) => from.Span.Slice(r * stride, columns).ToArray().Select(v => (double)v).ToArray();
                        double[] Vector(Floats from) => from.Span.ToArray().Select(v => (double)v).ToArray();
                        var (rx, ry, w, b) = (Row(x), Row(y), Vector(weight), Vector(bias));
                        for (var i = 0; i < columns; i += columns > 1000 ? 97 : 1)
                        {
                            var expected = exact(rx, ry, w, b, i);
                            Assert.True(Math.Abs(result.Span[r * stride + i] - expected) <= tolerance * (1 + Math.Abs(expected)), $"{name} [{r}][{i}] of {rows} by {columns}: {result.Span[r * stride + i]} for {expected}");
                        }
                        // What lies between the rows is not touched.
                        Assert.Equal(
                            Floats.Bits(x.Span.Slice(r * stride + columns, 5)), Floats.Bits(result.Span.Slice(r * stride + columns, 5)));
                    }
                }
        }
    }

    [Fact]
    public void A_row_has_the_same_bits_alone_and_among_others()
    {
        const int Rows = 40, Columns = 577;
        using var compute = new Compute(new ComputeOptions { Threads = 2 });
        using var weight = Floats.Random(Columns, 2);
        using var all = Floats.Random(Rows * Columns, 1);
        using var single = all.Copy();
        compute.RmsNorm(all.Pointer, Columns, weight.Pointer, 1e-6f, all.Pointer, Columns, Rows, Columns);
        for (var row = 0; row < Rows; row++)
        {
            var x = single.Pointer + row * Columns;
            compute.RmsNorm(x, Columns, weight.Pointer, 1e-6f, x, Columns, 1, Columns);
        }
        Assert.Equal(all.Bits(), single.Bits());
    }

    [Fact]
    public void Gelu_keeps_its_digits_far_below_zero()
    {
        using var compute = new Compute(new ComputeOptions { Threads = 1 });
        using var x = new Floats(16);
        for (var i = 0; i < 16; i++)
            x.Span[i] = -i * 0.5f;
        using var y = x.Copy();
        compute.Activate(Activation.GeluErf, y.Pointer, 16, 1, 16);
        for (var i = 1; i < 12; i++)
            Assert.Equal(GeluErf(x.Span[i]), y.Span[i], Math.Abs(GeluErf(x.Span[i])) * 1e-3);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        using var compute = new Compute(new ComputeOptions { Threads = 2 });
        using var x = Floats.Random(64 * 1024, 1);
        using var w = Floats.Random(1024, 2);
        Assert.Equal(0, WarmAllocation.Of(() =>
        {
            for (var i = 0; i < 50; i++)
                compute.RmsNorm(x.Pointer, 1024, w.Pointer, 1e-5f, x.Pointer, 1024, 64, 1024);
        }));
    }

    private static double Normal(double[] x, int i)
    {
        var mean = x.Average();
        return (x[i] - mean) / Math.Sqrt(x.Sum(v => (v - mean) * (v - mean)) / x.Length + 1e-5);
    }

    private static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));

    /// <summary>0.5 x erfc(-x / sqrt 2), by series near 0 and by continued fraction (Abramowitz and Stegun 7.1.14) beyond.</summary>
    private static double GeluErf(double x)
    {
        var t = Math.Abs(x) / Math.Sqrt(2);
        double erfc;
        if (t < 2)
        {
            double term = t, sum = t;
            for (var n = 1; term > 1e-19; n++)
                sum += term *= 2 * t * t / (2 * n + 1);
            erfc = 1 - 2 / Math.Sqrt(Math.PI) * Math.Exp(-t * t) * sum;
        }
        else
        {
            var f = t;
            for (var n = 60; n >= 1; n--)
                f = t + n / 2.0 / f;
            erfc = Math.Exp(-t * t) / Math.Sqrt(Math.PI) / f;
        }
        return 0.5 * x * (x < 0 ? erfc : 2 - erfc);
    }
}
