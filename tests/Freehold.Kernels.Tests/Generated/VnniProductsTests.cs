using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Tests.Products;
using Xunit;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>Whole products of packed weights as AVX-512 VNNI computes them, with the interpreter in the CPU's place: the same choice of kernels, threads and activations.</summary>
public sealed class VnniProductsTests
{
    public VnniProductsTests() => Assert.SkipUnless(Avx2.IsSupported, "the unpackers and quantisers of this instruction set need AVX2");

    public static TheoryData<TensorType> Quantised() => [.. RandomWeights.Quantised];

    [Theory]
    [MemberData(nameof(Quantised))]
    public void Packed_products_give_the_oracles_bits_for_any_number_of_rows(TensorType type)
    {
        foreach (var (outputs, columns) in BlockFormat.Of(type).BlockLength == 32 ? new[] { (147, 32), (83, 96), (16, 544) } : [(83, 256), (5, 768)])
        {
            using var weights = new RandomWeights(type, outputs, columns, columns);
            using var packed = new PackedWeights(weights.Matrix);
            var x = Multiplied.Activations(33, columns, 7);
            foreach (var bits in Enum.GetValues<ActivationBits>())
            {
                var expected = Multiplied.By(InstructionSet.Scalar, 1, bits, weights.Matrix, x, 33);
                foreach (var rows in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 32, 33 })
                    Multiplied.SameBits(
                        expected[..(rows * outputs)], Interpreted.By(1 + rows % 2, bits, packed.Matrix, x, rows, InstructionSet.Avx512Vnni),
                        $"{type} {bits} {rows} x {columns} x {outputs}");
            }
        }
    }

    [Fact]
    public void Bias_and_residual_are_added_and_several_products_share_a_region()
    {
        const int Columns = 256, Rows = 6;
        using var first = new RandomWeights(TensorType.Q4_K, 40, Columns, 1);
        using var second = new RandomWeights(TensorType.Q6_K, 24, Columns, 2);
        using PackedWeights q4 = new(first.Matrix), q6 = new(second.Matrix);
        var x = Multiplied.Activations(Rows, Columns, 5);
        var bias = Multiplied.Activations(1, 40, 11);
        var residual = Multiplied.Activations(Rows, 40, 13);
        var together = Interpreted.Together(3, ActivationBits.Eight, x, Rows, [q4.Matrix, q6.Matrix], bias, residual, InstructionSet.Avx512Vnni);
        Multiplied.SameBits(
            Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, first.Matrix, x, Rows, bias, residual), together[0], "Q4_K");
        Multiplied.SameBits(Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, second.Matrix, x, Rows), together[1], "Q6_K");
    }

    [Theory]
    [InlineData(InstructionSet.Avx512Vnni)]
    [InlineData(InstructionSet.Amx)]
    public void Few_rows_of_every_packed_type_run_generated_code(InstructionSet isa)
    {
        using var machine = new InterpretedMachine();
        using var table = new KernelTable(isa, machine.Load);
        foreach (var type in RandomWeights.Quantised)
        {
            using var weights = new RandomWeights(type, 16, 256, 1);
            using var packed = new PackedWeights(weights.Matrix);
            foreach (var bits in Enum.GetValues<ActivationBits>())
            {
                foreach (var rows in new[] { 1, 4, 15 })
                    Assert.IsType<VnniPackedKernel>(table.For(packed.Matrix, rows, bits));
                Assert.IsNotType<VnniPackedKernel>(table.For(packed.Matrix, 33, bits));
                Assert.IsNotType<VnniPackedKernel>(table.For(weights.Matrix, 1, bits));
            }
        }
    }
}
