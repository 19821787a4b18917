using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Tests.Products;
using Xunit;

namespace Freehold.Kernels.Tests.Generated;

public sealed unsafe class VnniPanelTests
{
    public static TheoryData<TensorType> Quantised() => [.. RandomWeights.Quantised];

    [Theory]
    [MemberData(nameof(Quantised))]
    public void Generated_panels_give_the_oracles_bits(TensorType type)
    {
        // Two panels, of which one is not full; stretches that end within a tile's groups and one that is whole.
        foreach (var (columns, groupsAtOnce) in BlockFormat.Of(type).BlockLength == 32 ? new[] { (32, 64), (544, 8) } : [(256, 64), (768, 16)])
        {
            using var weights = new RandomWeights(type, 41, columns, columns);
            foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
                foreach (var rows in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 11 })
                    Compare(type, bits, weights.Matrix, Multiplied.Activations(rows, columns, rows), rows, groupsAtOnce);
        }
    }

    [Theory]
    [MemberData(nameof(Quantised))]
    public void Generated_panels_give_the_oracles_value_for_any_scale(TensorType type)
    {
        const int Columns = 512, Rows = 9;
        ushort[] hostile = [0x7C00, 0xFC00, 0x7E01, 0x7C01, 0x0001, 0x83FF, 0x0000, 0x8000, 0x7BFF, 0x3C00];
        foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
        {
            using var weights = new RandomWeights(type, 64, Columns, 17, random => hostile[random.Next(hostile.Length)]);
            var x = Multiplied.Activations(Rows, Columns, 5);
            (x[40], x[70], x[^1], x[^40]) = (1e-42f, float.MaxValue, float.NaN, float.NegativeInfinity);
            Compare(type, bits, weights.Matrix, x, Rows, 64);
        }
    }

    [Theory]
    [MemberData(nameof(Quantised))]
    public void Generated_panels_hold_the_largest_sums(TensorType type)
    {
        const int Columns = 256, Rows = 2;
        using var weights = new RandomWeights(type, 32, Columns, 3);
        // All bits of the values set, or none: each type's extremes, against activations at their limits.
        foreach (var fill in new byte[] { 0, 0x7F, 0x80, 0xFF })
        {
            var matrix = weights.Matrix;
            new Span<byte>(matrix.Data, (int)matrix.Bytes).Fill(fill);
            foreach (var at in RandomWeights.HalvesOf(type))
                for (var block = matrix.Data; block < matrix.Data + matrix.Bytes; block += matrix.Format.BlockBytes)
                    *(ushort*)(block + at) = 0x3C00;
            foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
            {
                var x = new float[Rows * Columns];
                x.AsSpan(0, Columns).Fill(1);
                x.AsSpan(Columns).Fill(-1);
                Compare(type, bits, matrix, x, Rows, 64);
            }
        }
    }

    [Fact]
    public void Without_the_instructions_the_kernels_are_not_offered()
    {
        if (!InstructionSets.IsSupported(InstructionSet.Avx512))
            Assert.DoesNotContain(InstructionSet.Avx512Vnni, InstructionSets.Supported);
        if (!InstructionSets.IsSupported(InstructionSet.Avx512Vnni))
            Assert.Skip("this CPU has no AVX-512 VNNI: its code was interpreted, not run");
        Assert.Equal(InstructionSet.Avx512Vnni, InstructionSets.Best);
    }

    private static void Compare(TensorType type, ActivationBits bits, WeightMatrix weights, float[] x, int rows, int groupsAtOnce)
    {
        var expected = ByKernel.Multiply(new ScalarKernel(), bits, weights, x, rows);
        var kernel = InterpretedPanels.Kernel(type, quads: bits == ActivationBits.Eight, groupsAtOnce);
        Multiplied.SameBits(expected, ByKernel.Multiply(kernel, bits, weights, x, rows), $"{type} {bits} {rows} x {weights.Columns}");
        using var packed = new PackedWeights(weights);
        Multiplied.SameBits(expected, ByKernel.Multiply(kernel, bits, packed.Matrix, x, rows), $"packed {type} {bits} {rows} x {weights.Columns}");
    }
}
