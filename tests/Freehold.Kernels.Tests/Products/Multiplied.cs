using Freehold.Kernels.Products;
using Xunit;

namespace Freehold.Kernels.Tests.Products;

/// <summary>Runs one product on an instruction set and gives its outputs.</summary>
internal static unsafe class Multiplied
{
    internal static float[] By(
        InstructionSet isa, int threads, ActivationBits bits, WeightMatrix weights, float[] x, int rows, float[]? bias = null, float[]? residual = null)
    {
        using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
        using var activations = new ActivationRows(rows, weights.Columns, bits);
        return By(compute, activations, weights, x, rows, bias, residual);
    }

    internal static float[] By(
        Compute compute, ActivationRows activations, WeightMatrix weights, float[] x, int rows, float[]? bias = null, float[]? residual = null)
    {
        var y = residual?.ToArray() ?? new float[rows * weights.Rows];
        fixed (float* px = x, py = y, pb = bias)
        {
            activations.Set(px, weights.Columns, rows, weights.Columns);
            compute.MatMul(activations, [new Product(weights, py, weights.Rows, pb, residual is not null)]);
        }
        return y;
    }

    /// <summary>Activations with outliers, a block of zeros and values of both signs.</summary>
    internal static float[] Activations(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var x = new float[rows * columns];
        for (var i = 0; i < x.Length; i++)
            x[i] = (random.NextSingle() - 0.5f) * (random.Next(40) == 0 ? 30 : 2);
        for (var i = 0; i < 32 && rows > 1; i++)
            x[columns + i] = 0;
        return x;
    }

    internal static void SameBits(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i])
                && !(float.IsNaN(expected[i]) && float.IsNaN(actual[i])))
                Assert.Fail($"{what}: value {i} is {actual[i]:R}, the oracle's {expected[i]:R}");
        }
    }
}
