using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Products.Packed;
using Xunit;

namespace Freehold.Kernels.Tests.Products.Lossy;

public sealed unsafe class LossyProductTests
{
    public static TheoryData<LossyKind, InstructionSet> KindsOnEach()
    {
        var data = new TheoryData<LossyKind, InstructionSet>();
        foreach (var kind in Enum.GetValues<LossyKind>())
            foreach (var isa in InstructionSets.Supported)
                data.Add(kind, isa);
        return data;
    }

    [Theory]
    [MemberData(nameof(KindsOnEach))]
    public void Every_instruction_set_gives_the_oracles_bits(LossyKind kind, InstructionSet isa)
    {
        foreach (var columns in new[] { 64, 192, 512, 576, 2112 })
            foreach (var outputs in new[] { 83, 48, 16, 5 })
            {
                using var weights = new RandomWeights(TensorType.F32, outputs, columns, columns);
                using var lossy = new LossyWeights(weights.Matrix, kind);
                var x = Multiplied.Activations(64, columns, 7);
                var expected = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, 64);
                foreach (var rows in new[] { 1, 2, 3, 4, 7, 9, 33, 64 })
                    Multiplied.SameBits(
                        expected[..(rows * outputs)], Multiplied.By(isa, 1 + rows % 2, ActivationBits.Eight, lossy.Matrix, x, rows), $"{kind} {isa} {rows} x {columns} x {outputs}");
            }
    }

    [Theory]
    [MemberData(nameof(KindsOnEach))]
    public void Every_row_of_more_than_fit_a_workers_scratch_at_once_has_the_oracles_bits(LossyKind kind, InstructionSet isa)
    {
        const int Columns = 64, Outputs = 19, Rows = 1027;
        using var weights = new RandomWeights(TensorType.F32, Outputs, Columns, 3);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        var x = Multiplied.Activations(Rows, Columns, 5);
        Multiplied.SameBits(
            Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, Rows), Multiplied.By(isa, 2, ActivationBits.Eight, lossy.Matrix, x, Rows), $"{kind} {isa}");
    }

    [Theory]
    [MemberData(nameof(KindsOnEach))]
    public void Bias_and_residual_come_after_the_outputs_scale(LossyKind kind, InstructionSet isa)
    {
        const int Columns = 576, Outputs = 41;
        using var weights = new RandomWeights(TensorType.Q8_0, Outputs, Columns, 3);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        var bias = Multiplied.Activations(1, Outputs, 11);
        foreach (var rows in new[] { 1, 5, 24 })
        {
            var x = Multiplied.Activations(rows, Columns, 5);
            var residual = Multiplied.Activations(rows, Outputs, 13);
            var plain = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, rows);
            var expected = new float[plain.Length];
            for (var i = 0; i < plain.Length; i++)
                expected[i] = residual[i] + (plain[i] + bias[i % Outputs]);
            Multiplied.SameBits(expected, Multiplied.By(isa, 2, ActivationBits.Eight, lossy.Matrix, x, rows, bias, residual), $"{kind} {isa} {rows}");
        }
    }

    [Theory]
    [MemberData(nameof(KindsOnEach))]
    public void Any_bytes_at_all_and_any_activations_give_the_oracles_value(LossyKind kind, InstructionSet isa)
    {
        const int Columns = 1088, Outputs = 33;
        using var weights = new RandomWeights(TensorType.F32, Outputs, Columns, 3);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        foreach (var every in new byte?[] { 0x81, 0x7F, null })
        {
            // Values at the ends of what a pack may hold; scales that no sound pack has.
            for (var o = 0; o < Outputs; o++)
                Fill(lossy, kind, o, every);
            foreach (var rows in new[] { 1, 16 })
            {
                var x = Multiplied.Activations(rows, Columns, 5);
                for (var i = 0; i < Columns; i++)
                    x[i] = every is null ? x[i] : i == i / 64 * 64 ? 8 : 0; // rotated, every value of a block is the same: the largest sums there are
                x[600] = every is null ? 1e-42f : x[600];
                if (rows > 1)
                    (x[^1], x[^600]) = (float.NaN, float.NegativeInfinity);
                var expected = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, rows);
                Multiplied.SameBits(expected, Multiplied.By(isa, 2, ActivationBits.Eight, lossy.Matrix, x, rows), $"{kind} {isa} {every:X2} {rows}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(KindsOnEach))]
    public void A_product_is_near_the_exact_one(LossyKind kind, InstructionSet isa)
    {
        const int Columns = 1536, Outputs = 24, Rows = 5;
        using var weights = new RandomWeights(TensorType.F32, Outputs, Columns, 23);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        var x = new float[Rows * Columns];
        var random = new Random(4);
        for (var i = 0; i < x.Length; i++)
            x[i] = random.NextSingle() - 0.5f;
        var y = Multiplied.By(isa, 2, ActivationBits.Eight, lossy.Matrix, x, Rows);
        double wrong = 0, all = 0;
        for (var o = 0; o < Outputs; o++)
            for (var r = 0; r < Rows; r++)
            {
                double exact = 0;
                for (var k = 0; k < Columns; k++)
                    exact += (double)((float*)weights.Matrix.Row(o))[k] * x[r * Columns + k];
                wrong += Math.Pow(y[r * Outputs + o] - exact, 2);
                all += exact * exact;
            }
        Assert.InRange(Math.Sqrt(wrong / all), 0, kind == LossyKind.W8 ? 0.02 : 0.12);
    }

    [Fact]
    public void Rows_that_were_quantised_for_other_weights_are_quantised_anew()
    {
        const int Columns = 512, Outputs = 32;
        using var stored = new RandomWeights(TensorType.Q8_0, Outputs, Columns, 3);
        using var lossy = new LossyWeights(stored.Matrix, LossyKind.W8);
        using var compute = new Compute(new ComputeOptions { Threads = 1 });
        using var activations = new ActivationRows(8, Columns, ActivationBits.Eight);
        var x = Multiplied.Activations(8, Columns, 5);
        var y = new float[8 * Outputs];
        fixed (float* px = x, py = y)
        {
            activations.Set(px, Columns, 8, Columns);
            foreach (var weights in new[] { stored.Matrix, lossy.Matrix, stored.Matrix, lossy.Matrix })
            {
                compute.MatMul(activations, [new Product(weights, py, Outputs)]);
                Multiplied.SameBits(Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, weights, x, 8), y, $"{weights.Lossy?.Kind}");
            }
            Assert.Throws<ArgumentException>(() => compute.MatMul(activations, [new Product(stored.Matrix, null, Outputs), new Product(lossy.Matrix, null, Outputs)]));
        }
    }

    [Theory]
    [InlineData(LossyKind.W8)]
    [InlineData(LossyKind.W4)]
    public void Values_made_unsigned_for_a_byte_dot_product_give_the_oracles_bits(LossyKind kind)
    {
        Assert.SkipUnless(Avx2.IsSupported, "the unpackers need AVX2");
        const int Columns = 1088, Outputs = 37;
        using var weights = new RandomWeights(TensorType.F32, Outputs, Columns, 3);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        ProductKernel kernel = kind == LossyKind.W8 ? new LossyGemm<W8Codes, PlainVnniDot>() : new LossyGemm<W4Codes, PlainVnniDot>();
        foreach (var rows in new[] { 1, 2, 3, 4, 7 })
        {
            var x = Multiplied.Activations(rows, Columns, 7);
            var expected = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, rows);
            var y = new float[expected.Length];
            var scratch = (byte*)NativeMemory.AlignedAlloc(ProductKernel.ScratchBytes, 64);
            using var activations = new ActivationRows(rows, Columns, ActivationBits.Eight);
            fixed (float* px = x, py = y)
            {
                activations.Set(px, Columns, rows, Columns);
                activations.QuantisedFor = kind;
                for (var row = 0; row < rows; row++)
                    SliceQuantiser.Row(InstructionSet.Scalar, new LossyFormat(kind), activations, row);
                kernel.Multiply(new Product(lossy.Matrix, py, Outputs), activations, 0, Outputs, scratch);
            }
            NativeMemory.AlignedFree(scratch);
            Multiplied.SameBits(expected, y, $"{kind} {rows}");
        }
    }

    /// <summary>What <see cref="AvxVnniDot"/> does, by plain loops.</summary>
    private readonly struct PlainVnniDot : IByteDot
    {
        public static bool TakesWords => false;

        public static int Offset<T>()
            where T : struct, IBlockLayout => AvxVnniDot.Offset<T>();

        public static bool AddsTwo<T>()
            where T : struct, IBlockLayout => AvxVnniDot.AddsTwo<T>();

        public static Vector256<byte> Magnitudes<T>(Vector256<byte> values)
            where T : struct, IBlockLayout => AvxVnniDot.Magnitudes<T>(values);

        public static Vector256<int> Add<T>(Vector256<int> sum, Vector256<byte> magnitudes, Vector256<byte> values, Vector256<sbyte> x)
            where T : struct, IBlockLayout
        {
            for (var i = 0; i < 32; i++)
                sum = sum.WithElement(i / 4, sum[i / 4] + magnitudes[i] * x[i]);
            return sum;
        }

        public static Vector256<int> AddTwo(Vector256<int> sum, Vector256<byte> first, Vector256<sbyte> x, Vector256<byte> second, Vector256<sbyte> y) =>
            throw new NotSupportedException();

        public static Vector256<int> End<T>(Vector256<int> sum)
            where T : struct, IBlockLayout => sum;
    }

    private static void Fill(LossyWeights lossy, LossyKind kind, int output, byte? every)
    {
        var random = new Random(output);
        var panel = lossy.Matrix.Lossy!.Panel(output / LossyFormat.Outputs);
        ((float*)panel)[output % LossyFormat.Outputs] = every is null ? new[] { float.NaN, 1e-44f, float.MaxValue, -1, 0 }[output % 5] : 1;
        for (var block = panel + LossyFormat.ValuesAt; block < panel + lossy.Matrix.Lossy.PanelBytes; block += lossy.Matrix.Lossy.Format.BlockBytes)
            for (var line = 0; line < lossy.Matrix.Lossy.Format.BlockBytes; line += 64)
                for (var i = 0; i < 4; i++)
                {
                    var at = block + line + output % LossyFormat.Outputs * 4 + i;
                    if (kind == LossyKind.W8)
                        *at = every ?? (byte)random.Next(-127, 128);
                    else if (line > 0)
                        *at = every is null ? (byte)random.Next(256) : (byte)(every == 0x81 ? 0 : 0xFF);
                    else if (i < 2)
                        (block[i * 32 + output % LossyFormat.Outputs], block[i * 32 + 16 + output % LossyFormat.Outputs]) = every is null ? ((byte)random.Next(256), (byte)random.Next(256)) : ((byte)255, (byte)(sbyte)(every == 0x81 ? -127 : -112));
                }
    }
}
