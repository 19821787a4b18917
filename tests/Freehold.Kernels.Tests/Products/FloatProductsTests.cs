using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Tests.Lanes;
using Xunit;

namespace Freehold.Kernels.Tests.Products;

public sealed unsafe class FloatProductsTests
{
    public static TheoryData<TensorType, int> Cases
    {
        get
        {
            var cases = new TheoryData<TensorType, int>();
            foreach (var type in new[] { TensorType.F32, TensorType.F16, TensorType.BF16 })
                foreach (var columns in new[] { 1, 7, 16, 33, 64, 130, 577, 1100 })
                    cases.Add(type, columns);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_instruction_set_and_number_of_rows_gives_the_plain_loops_bits(TensorType type, int columns)
    {
        const int Outputs = 11, Rows = 13;
        using var weights = Weights(type, Outputs, columns, out var matrix, out var values);
        using var x = Floats.Random(Rows * (columns + 3L), 5);
        var expected = new float[Rows * Outputs];
        for (var r = 0; r < Rows; r++)
            for (var o = 0; o < Outputs; o++)
                expected[r * Outputs + o] = Plain(values, o * columns, x.Pointer + r * (columns + 3), columns);

        using var y = new Floats(Rows * Outputs);
        using var scratch = new Floats(64 * 1024);
        scratch.Span.Fill(float.NaN);
        foreach (var isa in InstructionSets.Supported)
            for (var rows = 1; rows <= Rows; rows++)
                for (var first = 0; first < Outputs; first += 4)
                {
                    // Too little room now and then.
                    var scratchBytes = (first + rows) % 3 == 0 ? 100 : (first + rows) % 3 == 1 ? 4L * 12 * 1024 : scratch.Count * sizeof(float);
                    y.Span.Clear();
                    var outputs = Outputs - first;
                    FloatProducts.Multiply(isa, matrix, first, outputs, x.Pointer, columns + 3, rows, y.Pointer, Outputs, (byte*)scratch.Pointer, scratchBytes);
                    for (var r = 0; r < rows; r++)
                        Assert.Equal(
                            Floats.Bits(expected.AsSpan(r * Outputs + first, outputs)), Floats.Bits(y.Span.Slice(r * Outputs, outputs)));
                }
    }

    [Fact]
    public void Every_half_becomes_its_float_exactly()
    {
        using var x = new Floats(16);
        using var y = new Floats(4);
        using var all = new Floats(65536 / 2 * 16);
        var halves = (ushort*)all.Pointer;
        // One weight a row of sixteen: x is 1 for it and 0 for the others, which are 0.
        new Span<ushort>(halves, 65536 * 16).Clear();
        for (var i = 0; i < 65536; i++)
            halves[i * 16] = (ushort)i;
        var matrix = new WeightMatrix(TensorType.F16, 65536, 16, (byte*)halves, all);
        x.Span[0] = 1;
        using var got = new Floats(65536);
        foreach (var isa in InstructionSets.Supported)
        {
            FloatProducts.Multiply(isa, matrix, 0, 65536, x.Pointer, 16, 1, got.Pointer, 65536, null, 0);
            for (var i = 0; i < 65536; i++)
            {
                var expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
                if (float.IsNaN(expected))
                    Assert.True(float.IsNaN(got.Span[i]));
                else
                    Assert.Equal(expected, got.Span[i]);
            }
        }
    }

    private static Floats Weights(TensorType type, int rows, int columns, out WeightMatrix matrix, out float[] values)
    {
        var memory = Floats.Random((long)rows * columns, 17);
        values = memory.Span.ToArray();
        if (type == TensorType.F16)
            for (var i = 0; i < values.Length; i++)
            {
                var half = (System.Half)(i % 9 == 0 ? values[i] * 1e-5f : values[i]);
                ((System.Half*)memory.Pointer)[i] = half;
                values[i] = (float)half;
            }
        else if (type == TensorType.BF16)
            for (var i = 0; i < values.Length; i++)
            {
                var bits = BitConverter.SingleToUInt32Bits(values[i]) >> 16;
                ((ushort*)memory.Pointer)[i] = (ushort)bits;
                values[i] = BitConverter.UInt32BitsToSingle(bits << 16);
            }
        matrix = new WeightMatrix(type, rows, columns, (byte*)memory.Pointer, memory);
        return memory;
    }

    private static float Plain(float[] w, int at, float* x, int columns)
    {
        var lanes = new float[16];
        for (var k = 0; k < columns; k++)
            lanes[k % 16] = MathF.FusedMultiplyAdd(w[at + k], x[k], lanes[k % 16]);
        for (var width = 8; width > 0; width /= 2)
            for (var i = 0; i < width; i++)
                lanes[i] += lanes[i + width];
        return lanes[0];
    }
}
