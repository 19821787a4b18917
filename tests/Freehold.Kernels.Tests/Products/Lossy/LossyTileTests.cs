using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Tests.Generated;
using Xunit;

namespace Freehold.Kernels.Tests.Products.Lossy;

/// <summary>Products packed with loss as AMX computes them, with the interpreter in the CPU's place.</summary>
public sealed unsafe class LossyTileTests
{
    public LossyTileTests() => Assert.SkipUnless(Avx2.IsSupported, "the kernels for few rows and the unpackers of this instruction set need AVX2");

    public static TheoryData<LossyKind> Kinds() => [.. Enum.GetValues<LossyKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Products_give_the_oracles_bits_for_any_number_of_rows(LossyKind kind)
    {
        // Slices that are whole, shorter, and several.
        foreach (var (columns, outputs) in new[] { (64, 83), (192, 48), (512, 16), (576, 35), (1600, 5) })
        {
            using var weights = new RandomWeights(TensorType.F32, outputs, columns, columns);
            using var lossy = new LossyWeights(weights.Matrix, kind);
            var x = Multiplied.Activations(65, columns, 7);
            var expected = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, 65);
            foreach (var rows in columns < 500 ? new[] { 1, 3, 4, 8, 9, 15, 16, 17, 32, 33, 48, 65 } : [4, 24, 40])
                Multiplied.SameBits(
                    expected[..(rows * outputs)], Interpreted.By(1 + rows % 2, ActivationBits.Eight, lossy.Matrix, x, rows), $"{kind} {rows} x {columns} x {outputs}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Four_rows_and_more_multiply_by_tiles(LossyKind kind)
    {
        using var machine = new InterpretedMachine();
        using var table = new KernelTable(InstructionSet.Amx, machine.Load);
        using var weights = new RandomWeights(TensorType.F32, 16, 64, 1);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        foreach (var bits in Enum.GetValues<ActivationBits>())
        {
            Assert.Null(table.For(lossy.Matrix, 3, bits).AmxTiles);
            Assert.NotNull(table.For(lossy.Matrix, 4, bits).AmxTiles);
            Assert.NotNull(table.For(lossy.Matrix, 512, bits).AmxTiles);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_bytes_at_all_and_any_activations_give_the_oracles_value(LossyKind kind)
    {
        const int Columns = 576, Outputs = 33, Rows = 20;
        using var weights = new RandomWeights(TensorType.F32, Outputs, Columns, 3);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        var random = new Random(4);
        float[] hostile = [float.NaN, float.PositiveInfinity, 1e-42f, -0f, 3e38f, 1];
        var x = Multiplied.Activations(Rows, Columns, 5);
        (x[40], x[70], x[^1], x[^600]) = (1e-42f, float.MaxValue, float.NaN, float.NegativeInfinity);
        for (var panel = 0; panel < 3; panel++)
            for (var o = 0; o < LossyFormat.Outputs; o++)
                ((float*)lossy.Matrix.Lossy!.Panel(panel))[o] = hostile[random.Next(hostile.Length)];
        if (kind == LossyKind.W8)
            for (var panel = 0; panel < 3; panel++)
                random.NextBytes(new Span<byte>(lossy.Matrix.Lossy!.Panel(panel) + LossyFormat.ValuesAt, Columns * LossyFormat.Outputs));
        var expected = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, Rows);
        Multiplied.SameBits(expected, Interpreted.By(2, ActivationBits.Eight, lossy.Matrix, x, Rows), $"{kind}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Bias_and_residual_come_after_the_outputs_scale(LossyKind kind)
    {
        const int Columns = 128, Outputs = 41, Rows = 19;
        using var weights = new RandomWeights(TensorType.Q8_0, Outputs, Columns, 3);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        var x = Multiplied.Activations(Rows, Columns, 5);
        var bias = Multiplied.Activations(1, Outputs, 11);
        var residual = Multiplied.Activations(Rows, Outputs, 13);
        Multiplied.SameBits(
            Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, Rows, bias, residual),
            Interpreted.Together(2, ActivationBits.Eight, x, Rows, [lossy.Matrix], bias, residual)[0], $"{kind}");
    }

    [Fact]
    public void Rows_that_were_laid_out_for_a_stored_matrix_are_laid_out_anew_for_one_packed_with_loss()
    {
        const int Columns = 128, Rows = 16;
        using var weights = new RandomWeights(TensorType.Q8_0, 32, Columns, 3);
        using var lossy = new LossyWeights(weights.Matrix, LossyKind.W8);
        var x = Multiplied.Activations(Rows, Columns, 5);
        var turns = Interpreted.InTurn(x, Rows, [weights.Matrix, lossy.Matrix, weights.Matrix, lossy.Matrix]);
        for (var i = 0; i < turns.Length; i++)
            Multiplied.SameBits(
                Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, i % 2 == 0 ? weights.Matrix : lossy.Matrix, x, Rows), turns[i], $"turn {i}");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 2)]
    public void The_code_touches_what_a_call_describes_and_nothing_else(int blocks, int tiles)
    {
        const int Steps = 3;
        using var machine = new InterpretedMachine();
        using var configuration = new TileConfiguration(TileSlices.Configuration(), machine.Load);
        using var routines = machine.Load(TileSlices.Routines(new TileSliceShape(blocks, tiles)), (interpreter, _, arguments) =>
        {
            var call = (TileSliceCall*)arguments;
            interpreter.Allow(call, sizeof(TileSliceCall));
            interpreter.Allow(call->Panel0, blocks * TileSlices.TileBytes);
            interpreter.Allow(call->Panel1, blocks * TileSlices.TileBytes);
            interpreter.Allow(call->Q, call->Steps * tiles * blocks * TileSlices.TileBytes);
            interpreter.Allow(call->D, call->Steps * tiles * TileSlices.Rows * 4);
            interpreter.Allow(call->Y, call->Steps * tiles * 2 * TileSlices.TileBytes, write: true);
            interpreter.Allow(call->Ring, TileSlices.RingBytes, write: true);
        });
        var memory = (byte*)NativeMemory.AlignedAlloc(256 * 1024, 64);
        new Random(1).NextBytes(new Span<byte>(memory, 256 * 1024));
        var sample = new TileSliceCall
        {
            Panel0 = (sbyte*)memory,
            Panel1 = (sbyte*)memory + 16 * 1024,
            Q = (sbyte*)memory + 32 * 1024,
            D = (float*)(memory + 128 * 1024),
            Y = (float*)(memory + 160 * 1024),
            Ring = (int*)(memory + 192 * 1024),
            Steps = Steps,
        };
        var rows = Steps * tiles * TileSlices.Rows;
        var expected = new float[rows * 32];
        for (var r = 0; r < rows; r++)
            sample.D[r] = r * 0.01f - 0.2f;
        for (var i = 0; i < expected.Length; i++)
            sample.Y[i] = i * 0.5f;
        for (var i = 0; i < expected.Length; i++)
        {
            var (tile, panel, r, o) = (i / 512, i / 256 % 2, i / 16 % 16, i % 16);
            var isum = 0;
            for (var k = 0; k < blocks * 64; k++)
                isum += (panel == 0 ? sample.Panel0 : sample.Panel1)[k / 4 * 64 + o * 4 + k % 4]
                    * sample.Q[(tile * blocks + k / 64) * TileSlices.TileBytes + r * 64 + k % 64];
            expected[i] = MathF.FusedMultiplyAdd(isum, sample.D[tile * 16 + r], sample.Y[i]);
        }
        configuration.Enter();
        routines.Call(0, &sample);
        configuration.Leave();
        Multiplied.SameBits(expected, new Span<float>(sample.Y, expected.Length).ToArray(), $"{blocks} blocks, {tiles} tiles");
        NativeMemory.AlignedFree(memory);
    }
}
