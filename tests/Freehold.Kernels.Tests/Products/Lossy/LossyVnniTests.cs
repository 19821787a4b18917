using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Tests.Generated;
using Xunit;

namespace Freehold.Kernels.Tests.Products.Lossy;

/// <summary>Products packed with loss as AVX-512 VNNI computes them, with the interpreter in the CPU's place.</summary>
public sealed unsafe class LossyVnniTests
{
    public LossyVnniTests() => Assert.SkipUnless(Avx2.IsSupported, "the unpackers and quantisers of this instruction set need AVX2");

    public static TheoryData<LossyKind> Kinds() => [.. Enum.GetValues<LossyKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Products_give_the_oracles_bits_for_any_number_of_rows(LossyKind kind)
    {
        // Slices that are whole, shorter, and several; panels by fours, twos and one, full or not.
        foreach (var (columns, outputs) in new[] { (64, 147), (192, 48), (512, 16), (576, 35), (1600, 5) })
        {
            using var weights = new RandomWeights(TensorType.F32, outputs, columns, columns);
            using var lossy = new LossyWeights(weights.Matrix, kind);
            var x = Multiplied.Activations(65, columns, 7);
            var expected = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, 65);
            foreach (var rows in columns < 200 ? new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 32, 33, 65 } : [1, 3, 4, 8, 9, 33, 44])
                Multiplied.SameBits(
                    expected[..(rows * outputs)], Interpreted.By(1 + rows % 2, ActivationBits.Eight, lossy.Matrix, x, rows, InstructionSet.Avx512Vnni),
                    $"{kind} {rows} x {columns} x {outputs}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_bytes_at_all_and_any_activations_give_the_oracles_value(LossyKind kind)
    {
        const int Columns = 1088, Outputs = 33;
        using var weights = new RandomWeights(TensorType.F32, Outputs, Columns, 3);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        var random = new Random(4);
        float[] hostile = [float.NaN, float.PositiveInfinity, 1e-42f, -0f, 3e38f, 1];
        foreach (var every in new byte?[] { 0x80, 0x7F, 0xFF, 0, null })
        {
            for (var panel = 0; panel < 3; panel++)
            {
                var at = lossy.Matrix.Lossy!.Panel(panel);
                var values = new Span<byte>(at + LossyFormat.ValuesAt, (int)lossy.Matrix.Lossy.PanelBytes - LossyFormat.ValuesAt);
                if (every is { } value)
                    values.Fill(value);
                else
                    random.NextBytes(values);
                for (var o = 0; o < LossyFormat.Outputs; o++)
                    ((float*)at)[o] = every is null ? hostile[random.Next(hostile.Length)] : 1;
            }
            foreach (var rows in new[] { 1, 7, 34 })
            {
                var x = Multiplied.Activations(rows, Columns, 5);
                if (every is null)
                    (x[40], x[70], x[^1], x[^600]) = (1e-42f, float.MaxValue, float.NaN, float.NegativeInfinity);
                else
                    for (var i = 0; i < x.Length; i++)
                        x[i] = Extreme(kind, i);
                var expected = Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, rows);
                Multiplied.SameBits(
                    expected, Interpreted.By(2, ActivationBits.Eight, lossy.Matrix, x, rows, InstructionSet.Avx512Vnni), $"{kind} {every:X2} {rows}");
            }
        }
    }

    // Rotated, one value of a block becomes the same everywhere; rows at either end of the range, then.
    private static float Extreme(LossyKind kind, int i) => (kind == LossyKind.W8 && i % 64 != 0 ? 0 : 8) * (i / 1088 % 2 == 0 ? 1 : -1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Bias_and_residual_come_after_the_outputs_scale(LossyKind kind)
    {
        const int Columns = 128, Outputs = 41;
        using var weights = new RandomWeights(TensorType.Q8_0, Outputs, Columns, 3);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        foreach (var rows in new[] { 3, 35 })
        {
            var x = Multiplied.Activations(rows, Columns, 5);
            var bias = Multiplied.Activations(1, Outputs, 11);
            var residual = Multiplied.Activations(rows, Outputs, 13);
            Multiplied.SameBits(
                Multiplied.By(InstructionSet.Scalar, 1, ActivationBits.Eight, lossy.Matrix, x, rows, bias, residual),
                Interpreted.Together(2, ActivationBits.Eight, x, rows, [lossy.Matrix], bias, residual, InstructionSet.Avx512Vnni)[0], $"{kind} {rows}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Few_rows_are_multiplied_by_panels_as_they_lie(LossyKind kind)
    {
        using var machine = new InterpretedMachine();
        using KernelTable vectors = new(InstructionSet.Avx512Vnni, machine.Load), tiles = new(InstructionSet.Amx, machine.Load);
        using var weights = new RandomWeights(TensorType.F32, 16, 64, 1);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        foreach (var rows in new[] { 1, 3 })
            Assert.IsAssignableFrom<VnniBlockKernel>(tiles.For(lossy.Matrix, rows, ActivationBits.Eight));
        foreach (var rows in new[] { 1, 4, 32 })
            Assert.IsAssignableFrom<VnniBlockKernel>(vectors.For(lossy.Matrix, rows, ActivationBits.Eight));
        Assert.True(vectors.For(lossy.Matrix, 33, ActivationBits.Eight).NeedsTiles);
    }

    [Fact]
    public void The_code_touches_what_a_call_describes_and_nothing_else()
    {
        const int Blocks = 3, Stride = 320;
        var memory = (byte*)NativeMemory.AlignedAlloc(64 * 1024, 64);
        new Random(1).NextBytes(new Span<byte>(memory, 64 * 1024));
        var touched = 0;
        foreach (var values in Enum.GetValues<SliceValues>())
            foreach (var tiled in new[] { false, true })
                foreach (var (panels, rows) in VnniBlocking.All)
                {
                    var shape = new VnniSliceShape(values, tiled, Ahead: 4);
                    var call = new VnniSliceCall
                    {
                        Panel0 = memory,
                        Panel1 = memory + 4096,
                        Panel2 = memory + 8192,
                        Panel3 = memory + 12288,
                        Q = (sbyte*)memory + 16384,
                        Stride = Stride,
                        Y = (float*)(memory + 32768),
                        Blocks = Blocks,
                    };
                    using var routines = new InterpretedRoutines([VnniSlices.Code(shape, panels, rows)], (interpreter, _, arguments) =>
                    {
                        var given = (VnniSliceCall*)arguments;
                        interpreter.Allow(given, sizeof(VnniSliceCall));
                        foreach (var panel in new[] { (nint)given->Panel0, (nint)given->Panel1, (nint)given->Panel2, (nint)given->Panel3 }.Take(panels))
                            interpreter.Allow((void*)panel, Blocks * shape.BlockBytes);
                        if (tiled)
                            interpreter.Allow(given->Q, Blocks * 64 * VnniBlocking.MostRows);
                        for (var r = 0; r < rows && !tiled; r++)
                            interpreter.Allow(given->Q + r * Stride, Blocks * 64);
                        interpreter.Allow(given->Y, rows * panels * 64, write: true);
                        touched++;
                    });
                    routines.Call(0, &call);
                }
        Assert.Equal(2 * 3 * VnniBlocking.Count, touched);
        NativeMemory.AlignedFree(memory);
    }
}
