using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Tests;
using Xunit;

namespace Freehold.Kernels.Tests.Products;

public sealed unsafe class MatMulTests
{
    public static TheoryData<TensorType, InstructionSet> QuantisedOnEach()
    {
        var data = new TheoryData<TensorType, InstructionSet>();
        foreach (var type in RandomWeights.Quantised)
            foreach (var isa in InstructionSets.Supported)
                data.Add(type, isa);
        return data;
    }

    [Theory]
    [MemberData(nameof(QuantisedOnEach))]
    public void Every_instruction_set_gives_the_oracles_bits(TensorType type, InstructionSet isa)
    {
        foreach (var columns in BlockFormat.Of(type).BlockLength == 32 ? new[] { 32, 96, 256, 544, 2080 } : [256, 768, 2304])
        {
            using var weights = new RandomWeights(type, 83, columns, columns);
            foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
            {
                var x = Multiplied.Activations(64, columns, 7);
                var expected = Multiplied.By(InstructionSet.Scalar, 1, bits, weights.Matrix, x, 64);
                foreach (var rows in new[] { 1, 2, 3, 7, 8, 9, 33, 64 })
                    Multiplied.SameBits(
                        expected[..(rows * 83)],
                        Multiplied.By(isa, 1 + rows % 2, bits, weights.Matrix, x, rows),
                        $"{type} {isa} {bits} {rows} x {columns}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(QuantisedOnEach))]
    public void Bias_and_residual_are_added_in_that_order(TensorType type, InstructionSet isa)
    {
        const int Columns = 512, Outputs = 41;
        using var weights = new RandomWeights(type, Outputs, Columns, 3);
        var bias = Multiplied.Activations(1, Outputs, 11);
        foreach (var rows in new[] { 1, 5, 24 })
        {
            var x = Multiplied.Activations(rows, Columns, 5);
            var residual = Multiplied.Activations(rows, Outputs, 13);
            var plain = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, weights.Matrix, x, rows);
            var expected = new float[plain.Length];
            for (var i = 0; i < plain.Length; i++)
                expected[i] = residual[i] + (plain[i] + bias[i % Outputs]);
            Multiplied.SameBits(
                expected, Multiplied.By(isa, 2, ActivationBits.Eight, weights.Matrix, x, rows, bias, residual), $"{type} {isa} {rows}");
        }
    }

    [Theory]
    [MemberData(nameof(QuantisedOnEach))]
    public void Any_scale_at_all_gives_the_oracles_value(TensorType type, InstructionSet isa)
    {
        const int Columns = 512;
        ushort[] hostile = [0x7C00, 0xFC00, 0x7E01, 0x0001, 0x83FF, 0x0000, 0x8000, 0x7BFF, 0x3C00];
        using var weights = new RandomWeights(type, 64, Columns, 17, random => hostile[random.Next(hostile.Length)]);
        foreach (var rows in new[] { 1, 16 })
        {
            var x = Multiplied.Activations(rows, Columns, 5);
            x[40] = 1e-42f;
            x[70] = float.MaxValue;
            if (rows > 1)
                (x[^1], x[^40]) = (float.NaN, float.NegativeInfinity);
            var expected = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, weights.Matrix, x, rows);
            Multiplied.SameBits(expected, Multiplied.By(isa, 2, ActivationBits.Eight, weights.Matrix, x, rows), $"{type} {isa}");
        }
    }

    [Theory]
    [MemberData(nameof(QuantisedOnEach))]
    public void The_largest_sums_overflow_nowhere(TensorType type, InstructionSet isa)
    {
        const int Columns = 256, Outputs = 17;
        var format = BlockFormat.Of(type);
        using var weights = new RandomWeights(type, Outputs, Columns, 31);
        foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
            foreach (var rows in new[] { 1, 4, 9, 65 })
                foreach (byte every in new byte[] { 0x00, 0x80, 0xFF })
                {
                    // All weights at an end of their range (Q8_0's -128 too), all activations at an end of theirs, of one sign and of both.
                    new Span<byte>(weights.Matrix.Data, (int)weights.Matrix.Bytes).Fill(every);
                    for (var block = weights.Matrix.Data; block < weights.Matrix.Data + weights.Matrix.Bytes; block += format.BlockBytes)
                        foreach (var at in RandomWeights.HalvesOf(type))
                            *(ushort*)(block + at) = 0x3C00;
                    if (type == TensorType.MXFP4)
                        for (var block = weights.Matrix.Data; block < weights.Matrix.Data + weights.Matrix.Bytes; block += format.BlockBytes)
                            *block = 127;
                    var x = new float[rows * Columns];
                    for (var i = 0; i < x.Length; i++)
                        x[i] = (i / Columns % 3) switch { 0 => 1, 1 => -1, _ => i % 2 == 0 ? 1 : -1 };
                    var expected = Multiplied.By(InstructionSet.Scalar, 1, bits, weights.Matrix, x, rows);
                    Multiplied.SameBits(expected, Multiplied.By(isa, 1, bits, weights.Matrix, x, rows), $"{type} {isa} {bits} {rows} {every:X2}");
                    using var panels = new PackedWeights(weights.Matrix);
                    Multiplied.SameBits(expected, Multiplied.By(isa, 1, bits, panels.Matrix, x, rows), $"{type} {isa} {bits} {rows} {every:X2} packed");
                }
    }

    [Theory]
    [MemberData(nameof(QuantisedOnEach))]
    public void A_product_is_near_the_exact_one_of_what_the_file_says(TensorType type, InstructionSet isa)
    {
        const int Columns = 768, Outputs = 24, Rows = 3;
        using var weights = new RandomWeights(type, Outputs, Columns, 23);
        var x = Multiplied.Activations(Rows, Columns, 29);
        var w = new float[Columns];
        foreach (var (bits, limit) in new[] { (ActivationBits.Eight, 127), (ActivationBits.Sixteen, 16256) })
        {
            var y = Multiplied.By(isa, 2, bits, weights.Matrix, x, Rows);
            for (var o = 0; o < Outputs; o++)
            {
                fixed (float* p = w)
                    Dequantise.Row(type, weights.Matrix.Row(o), p, Columns);
                for (var r = 0; r < Rows; r++)
                {
                    // An activation is off by half a step of its block at most, and the chain's floats by their roundings.
                    double exact = 0, bound = 0;
                    for (var k = 0; k < Columns; k++)
                    {
                        var amax = x.AsSpan(r * Columns + k / 32 * 32, 32).ToArray().Max(Math.Abs);
                        exact += (double)w[k] * x[r * Columns + k];
                        bound += Math.Abs(w[k]) * (amax / limit * 0.5001 + Math.Abs(x[r * Columns + k]) * 1e-5);
                    }
                    Assert.InRange(y[r * Outputs + o] - exact, -bound, bound);
                }
            }
        }
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        using var q = new RandomWeights(TensorType.Q4_0, 256, 256, 1);
        using var k = new RandomWeights(TensorType.Q6_K, 64, 256, 2);
        using var compute = new Compute(new ComputeOptions { Threads = 2 });
        using var activations = new ActivationRows(16, 256, ActivationBits.Eight);
        var x = Multiplied.Activations(16, 256, 3);
        var y = new float[16 * 320];
        Assert.Equal(0, WarmAllocation.Of(() =>
        {
            fixed (float* px = x, py = y)
            {
                foreach (var rows in (ReadOnlySpan<int>)[1, 16])
                {
                    activations.Set(px, 256, rows, 256);
                    compute.MatMul(activations, [new Product(q.Matrix, py, 320), new Product(k.Matrix, py + 256, 320)]);
                    compute.Gather(q.Matrix, [3, 1, 200], py, 256);
                }
            }
        }));
    }

    [Fact]
    public void Products_of_other_widths_than_the_rows_are_refused()
    {
        using var weights = new RandomWeights(TensorType.Q8_0, 8, 64, 1);
        using var compute = new Compute(new ComputeOptions { Threads = 1 });
        using var activations = new ActivationRows(1, 96, ActivationBits.Eight);
        var x = new float[96];
        var refused = Assert.Throws<ArgumentException>(() =>
        {
            fixed (float* p = x)
            {
                activations.Set(p, 96, 1, 96);
                compute.MatMul(activations, [new Product(weights.Matrix, p, 8)]);
            }
        });
        Assert.Contains("64", refused.Message, StringComparison.Ordinal);
    }
}
