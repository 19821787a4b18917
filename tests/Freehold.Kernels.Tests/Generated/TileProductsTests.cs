using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Tests.Products;
using Freehold.Kernels.Threads;
using Xunit;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>Whole products as AMX's instruction set computes them, with the interpreter in the CPU's place: the same choice of kernels, threads and activations.</summary>
public sealed unsafe class TileProductsTests
{
    private static readonly ushort[] _hostile = [0x7C00, 0xFC00, 0x7E01, 0x7C01, 0x0001, 0x83FF, 0x0000, 0x8000, 0x7BFF, 0x3C00];

    private static readonly ActivationBits[] _bits = [ActivationBits.Eight, ActivationBits.Sixteen];

    public TileProductsTests() => Assert.SkipUnless(Avx2.IsSupported, "the kernels for few rows and the unpackers of this instruction set need AVX2");

    public static TheoryData<TensorType> Quantised() => [.. RandomWeights.Quantised];

    [Theory]
    [MemberData(nameof(Quantised))]
    public void Products_give_the_oracles_bits_for_any_number_of_rows(TensorType type)
    {
        // Two panels and one that is not full; runs that end within a four, and more than a stretch.
        foreach (var (outputs, columns) in BlockFormat.Of(type).BlockLength == 32 ? new[] { (35, 96), (83, 128), (16, 1184) } : [(51, 256), (16, 1280)])
        {
            using var weights = new RandomWeights(type, outputs, columns, columns);
            using var packed = new PackedWeights(weights.Matrix);
            var x = Multiplied.Activations(48, columns, 7);
            foreach (var bits in _bits)
            {
                var expected = Multiplied.By(InstructionSet.Scalar, 1, bits, weights.Matrix, x, 48);
                foreach (var rows in columns < 200 ? new[] { 1, 3, 5, 8, 15, 16, 17, 24, 25, 31, 33, 47, 48 } : [16, 37])
                    foreach (var matrix in new[] { weights.Matrix, packed.Matrix })
                        Multiplied.SameBits(
                            expected[..(rows * outputs)], Interpreted.By(1 + rows % 2, bits, matrix, x, rows),
                            $"{type} {(matrix.Packed is null ? "stored" : "packed")} {bits} {rows} x {columns}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Quantised))]
    public void Products_give_the_oracles_value_for_any_scale(TensorType type)
    {
        const int Columns = 512, Rows = 20, Outputs = 32;
        using var weights = new RandomWeights(type, Outputs, Columns, 17, random => _hostile[random.Next(_hostile.Length)]);
        using var packed = new PackedWeights(weights.Matrix);
        var x = Multiplied.Activations(Rows, Columns, 5);
        (x[40], x[70], x[^1], x[^40]) = (1e-42f, float.MaxValue, float.NaN, float.NegativeInfinity);
        foreach (var bits in _bits)
        {
            var expected = Multiplied.By(InstructionSet.Scalar, 1, bits, weights.Matrix, x, Rows);
            foreach (var matrix in new[] { weights.Matrix, packed.Matrix })
                Multiplied.SameBits(expected, Interpreted.By(2, bits, matrix, x, Rows), $"{type} {bits}");
        }
    }

    [Theory]
    [MemberData(nameof(Quantised))]
    public void Products_hold_the_largest_sums(TensorType type)
    {
        const int Columns = 256, Rows = 18;
        using var weights = new RandomWeights(type, 32, Columns, 3);
        foreach (var fill in new byte[] { 0, 0x7F, 0x80, 0xFF })
        {
            var matrix = weights.Matrix;
            new Span<byte>(matrix.Data, (int)matrix.Bytes).Fill(fill);
            foreach (var at in RandomWeights.HalvesOf(type))
                for (var block = matrix.Data; block < matrix.Data + matrix.Bytes; block += matrix.Format.BlockBytes)
                    *(ushort*)(block + at) = 0x3C00;
            using var packed = new PackedWeights(matrix);
            var x = new float[Rows * Columns];
            for (var i = 0; i < x.Length; i++)
                x[i] = i / Columns % 2 == 0 ? 1 : -1;
            foreach (var bits in _bits)
            {
                var expected = Multiplied.By(InstructionSet.Scalar, 1, bits, matrix, x, Rows);
                foreach (var given in new[] { matrix, packed.Matrix })
                    Multiplied.SameBits(expected, Interpreted.By(1, bits, given, x, Rows), $"{type} {bits} {fill:X2}");
            }
        }
    }

    [Fact]
    public void Fewer_than_sixteen_rows_and_types_with_two_scales_a_group_stay_with_vectors()
    {
        using var machine = new InterpretedMachine();
        using var table = new KernelTable(InstructionSet.Amx, machine.Load);
        foreach (var type in RandomWeights.Quantised)
        {
            using var weights = new RandomWeights(type, 32, 256, 1);
            var tiles = weights.Matrix.Format.ScaleGroup == 32;
            Assert.Equal(tiles, table.For(weights.Matrix, 16, ActivationBits.Eight).AmxTiles is not null);
            Assert.Equal(tiles, table.For(weights.Matrix, 512, ActivationBits.Sixteen).AmxTiles is not null);
            Assert.Null(table.For(weights.Matrix, 15, ActivationBits.Eight).AmxTiles);
            Assert.Null(table.For(weights.Matrix, 15, ActivationBits.Sixteen).AmxTiles);
        }
    }

    [Fact]
    public void Bias_and_residual_are_added_and_several_products_share_a_region()
    {
        const int Columns = 256, Rows = 19;
        using var first = new RandomWeights(TensorType.Q4_K, 40, Columns, 1);
        using var second = new RandomWeights(TensorType.Q6_K, 24, Columns, 2);
        using var third = new RandomWeights(TensorType.Q8_0, 33, Columns, 3);
        var x = Multiplied.Activations(Rows, Columns, 5);
        var bias = Multiplied.Activations(1, 40, 11);
        var residual = Multiplied.Activations(Rows, 40, 13);
        var together = Interpreted.Together(3, ActivationBits.Eight, x, Rows, [first.Matrix, second.Matrix, third.Matrix], bias, residual);
        Multiplied.SameBits(
            Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, first.Matrix, x, Rows, bias, residual), together[0], "Q4_K");
        Multiplied.SameBits(Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, second.Matrix, x, Rows), together[1], "Q6_K");
        Multiplied.SameBits(Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, third.Matrix, x, Rows), together[2], "Q8_0");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Tiles_are_released_when_a_region_ends_and_also_when_it_fails(int threads)
    {
        using var machine = new InterpretedMachine();
        using var table = new KernelTable(InstructionSet.Amx, machine.Load);
        using var pool = new WorkerPool(threads);
        using var weights = new RandomWeights(TensorType.Q8_0, 96, 32, 1);
        var x = Multiplied.Activations(16, 32, 5);
        Interpreted.Run(table, pool, ActivationBits.Eight, x, 16, [weights.Matrix], null, null);
        Assert.InRange(machine.Threads, 1, threads);
        Assert.True(machine.AllReleased);
        // A matrix that is not there. All of it would lie in the first page: only there is a read from memory that is not mapped an exception, and not the end of the process.
        var broken = new WeightMatrix(TensorType.Q8_0, 96, 32, null, null);
        Assert.InRange(broken.Rows * broken.RowBytes, 1, 4096);
        Assert.Throws<NullReferenceException>(() => Interpreted.Run(table, pool, ActivationBits.Eight, x, 16, [broken], null, null));
        Assert.True(machine.AllReleased);
        Interpreted.Run(table, pool, ActivationBits.Eight, x, 16, [weights.Matrix], null, null);
    }
}
