using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;
using Xunit;

namespace Freehold.Kernels.Tests.Products;

public sealed unsafe class PackedTests
{
    public static TheoryData<TensorType, InstructionSet> QuantisedOnEach() => MatMulTests.QuantisedOnEach();

    [Theory]
    [MemberData(nameof(QuantisedOnEach))]
    public void Packed_weights_give_the_oracles_bits(TensorType type, InstructionSet isa)
    {
        foreach (var columns in BlockFormat.Of(type).BlockLength == 32 ? new[] { 32, 96, 544, 2080 } : [256, 2304])
            foreach (var outputs in new[] { 83, 16, 5 })
            {
                using var weights = new RandomWeights(type, outputs, columns, columns);
                using var panels = new PackedWeights(weights.Matrix);
                foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
                {
                    const int Most = 69;
                    var x = Multiplied.Activations(Most, columns, 7);
                    var expected = Multiplied.By(InstructionSet.Scalar, 1, bits, weights.Matrix, x, Most);
                    foreach (var rows in new[] { 1, 2, 3, 4, 6, 8, 9, 33, Most })
                        Multiplied.SameBits(
                            expected[..(rows * outputs)],
                            Multiplied.By(isa, 1 + rows % 2, bits, panels.Matrix, x, rows),
                            $"{type} {isa} {bits} {rows} x {columns}");
                }
            }
    }

    [Theory]
    [MemberData(nameof(QuantisedOnEach))]
    public void Any_packed_scale_at_all_gives_the_oracles_value(TensorType type, InstructionSet isa)
    {
        const int Columns = 512;
        ushort[] hostile = [0x7C00, 0xFC00, 0x7E01, 0x0001, 0x83FF, 0x0000, 0x8000, 0x7BFF, 0x3C00];
        using var weights = new RandomWeights(type, 64, Columns, 17, random => hostile[random.Next(hostile.Length)]);
        using var panels = new PackedWeights(weights.Matrix);
        var residual = Multiplied.Activations(16, 64, 13);
        foreach (var rows in new[] { 1, 16 })
        {
            var x = Multiplied.Activations(rows, Columns, 5);
            x[40] = 1e-42f;
            x[70] = float.MaxValue;
            if (rows > 1)
                (x[^1], x[^40]) = (float.NaN, float.NegativeInfinity);
            var bias = Multiplied.Activations(1, 64, 11);
            var expected = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, weights.Matrix, x, rows, bias, residual[..(rows * 64)]);
            Multiplied.SameBits(
                expected, Multiplied.By(isa, 2, ActivationBits.Eight, panels.Matrix, x, rows, bias, residual[..(rows * 64)]), $"{type} {isa}");
        }
    }

    [Fact]
    public void A_packed_matrix_takes_hardly_more_memory_than_a_stored_one()
    {
        foreach (var type in RandomWeights.Quantised)
        {
            using var weights = new RandomWeights(type, 64, 2048, 1);
            Assert.InRange(PackedMatrix.BytesOf(weights.Matrix), weights.Matrix.Bytes, weights.Matrix.Bytes * 1.2);
        }
    }
}
