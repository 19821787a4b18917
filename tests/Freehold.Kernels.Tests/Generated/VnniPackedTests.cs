using Freehold.Kernels.Blocks;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Tests.Products;
using Xunit;

namespace Freehold.Kernels.Tests.Generated;

public sealed unsafe class VnniPackedTests
{
    public static TheoryData<TensorType> Types() => [.. RandomWeights.Quantised];

    [Theory]
    [MemberData(nameof(Types))]
    public void Packed_panels_give_the_oracles_bits(TensorType type)
    {
        // One panel that is not full; two; four panels at once, then two, then one that is not full.
        foreach (var (outputs, columns) in BlockFormat.Of(type).BlockLength == 32 ? new[] { (5, 32), (32, 96), (107, 544) } : [(5, 256), (107, 768)])
        {
            using var weights = new RandomWeights(type, outputs, columns, columns);
            foreach (var rows in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 32 })
                Compare(type, weights.Matrix, Multiplied.Activations(rows, columns, rows), rows);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Packed_panels_give_the_oracles_value_for_any_scale(TensorType type)
    {
        const int Columns = 512;
        ushort[] hostile = [0x7C00, 0xFC00, 0x7E01, 0x7C01, 0x0001, 0x83FF, 0x0000, 0x8000, 0x7BFF, 0x3C00];
        using var weights = new RandomWeights(type, 112, Columns, 17, random => hostile[random.Next(hostile.Length)]);
        if (type == TensorType.MXFP4)
            for (var block = weights.Matrix.Data; block < weights.Matrix.Data + weights.Matrix.Bytes; block += weights.Matrix.Format.BlockBytes)
                *block = new byte[] { 0, 1, 2, 3, 11, 127, 253, 254, 255 }[(block - weights.Matrix.Data) / weights.Matrix.Format.BlockBytes % 9];
        foreach (var rows in new[] { 3, 8 })
        {
            var x = Multiplied.Activations(rows, Columns, 5);
            (x[40], x[70], x[^1], x[^40]) = (1e-42f, float.MaxValue, float.NaN, float.NegativeInfinity);
            Compare(type, weights.Matrix, x, rows);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Packed_panels_hold_the_largest_sums(TensorType type)
    {
        const int Columns = 256;
        using var weights = new RandomWeights(type, 19, Columns, 3);
        var matrix = weights.Matrix;
        foreach (var fill in new byte[] { 0, 0x7F, 0x80, 0xFF })
        {
            new Span<byte>(matrix.Data, (int)matrix.Bytes).Fill(fill);
            foreach (var at in RandomWeights.HalvesOf(type))
                for (var block = matrix.Data; block < matrix.Data + matrix.Bytes; block += matrix.Format.BlockBytes)
                    *(ushort*)(block + at) = 0x3C00;
            foreach (var rows in new[] { 2, 5 })
            {
                var x = new float[rows * Columns];
                for (var i = 0; i < x.Length; i++)
                    x[i] = i / Columns % 2 == 0 ? 1 : -1;
                Compare(type, matrix, x, rows);
            }
        }
    }

    private static void Compare(TensorType type, WeightMatrix weights, float[] x, int rows)
    {
        foreach (var bits in Enum.GetValues<ActivationBits>())
            Compare(type, weights, x, rows, bits);
    }

    private static void Compare(TensorType type, WeightMatrix weights, float[] x, int rows, ActivationBits bits)
    {
        var shape = VnniPackedKernel.ShapeOf(type)!.Value with { Words = bits == ActivationBits.Sixteen };
        using var packed = new PackedWeights(weights);
        var expected = ByKernel.Multiply(new ScalarKernel(), bits, weights, x, rows);
        // Both blockings, whichever is usual.
        foreach (var rowsByFour in new[] { 0, KernelChoice.Never })
        {
            using var kernel = new VnniPackedKernel(
                shape, code => Interpret(shape, code), new ChosenKernels(new KernelChoice(KernelChoice.Never, rowsByFour, KernelChoice.MostStretch, KernelChoice.Never)));
            Multiplied.SameBits(expected, ByKernel.Multiply(kernel, bits, packed.Matrix, x, rows), $"{type} {bits} {rows} rows x {weights.Columns}, by four up to {rowsByFour}");
        }
    }

    private static InterpretedRoutines Interpret(PackedShape shape, byte[][] code)
    {
        var (panels, rows) = VnniBlocking.All.First(b => VnniPacked.Code(shape, b.Panels, b.Rows).AsSpan().SequenceEqual(code[0]));
        return new InterpretedRoutines(code, (i, _, call) => Allow(i, shape, panels, rows, (PackedCall*)call));
    }

    private static void Allow(Interpreter interpreter, PackedShape shape, int panels, int rows, PackedCall* call)
    {
        interpreter.Allow(call, sizeof(PackedCall));
        foreach (var panel in new[] { (nint)call->Panel0, (nint)call->Panel1, (nint)call->Panel2, (nint)call->Panel3 }.Take(panels))
            interpreter.Allow((void*)panel, call->ValuesAt + call->Groups * shape.ValueBytes);
        interpreter.Allow(call->Q, rows * call->Groups * (shape.Words ? 64 : 32));
        interpreter.Allow(call->D, rows * call->Groups * 4);
        interpreter.Allow(call->Sums, rows * call->Groups * 8);
        interpreter.Allow(call->Y, VnniPacked.WorkBytes, write: true);
    }
}
