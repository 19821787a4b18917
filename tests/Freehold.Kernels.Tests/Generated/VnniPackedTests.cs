using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Tests.Products;
using Xunit;

namespace Freehold.Kernels.Tests.Generated;

public sealed unsafe class VnniPackedTests
{
    public static TheoryData<TensorType> Types() => [.. PackedSample.Types];

    [Theory]
    [MemberData(nameof(Types))]
    public void Packed_panels_give_the_oracles_bits(TensorType type)
    {
        foreach (var columns in new[] { 32, 96, 544 })
        {
            using var weights = new RandomWeights(type, 5 * PackedSample.Lanes, columns, columns);
            for (var rows = 1; rows <= VnniPacked.MostRows; rows++)
                Compare(weights.Matrix, Multiplied.Activations(rows, columns, rows), rows);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Packed_panels_give_the_oracles_value_for_any_scale(TensorType type)
    {
        const int Columns = 512, Rows = 3;
        ushort[] hostile = [0x7C00, 0xFC00, 0x7E01, 0x7C01, 0x0001, 0x83FF, 0x0000, 0x8000, 0x7BFF, 0x3C00];
        using var weights = new RandomWeights(type, 5 * PackedSample.Lanes, Columns, 17, random => hostile[random.Next(hostile.Length)]);
        var x = Multiplied.Activations(Rows, Columns, 5);
        (x[40], x[70], x[^1], x[^40]) = (1e-42f, float.MaxValue, float.NaN, float.NegativeInfinity);
        Compare(weights.Matrix, x, Rows);
    }

    private static void Compare(WeightMatrix weights, float[] x, int rows)
    {
        var scratch = (byte*)NativeMemory.AlignedAlloc(ProductKernel.ScratchBytes, 64);
        using var packed = new PackedSample(weights, ahead: 4);
        using var activations = new ActivationRows(rows, weights.Columns, ActivationBits.Eight);
        var expected = new float[rows * weights.Rows];
        fixed (float* px = x, pe = expected)
        {
            activations.Set(px, weights.Columns, rows, weights.Columns);
            for (var row = 0; row < rows; row++)
                Quantiser.Row(InstructionSet.Scalar, activations, row);
            new ScalarKernel().Multiply(new Product(weights, pe, weights.Rows), activations, 0, weights.Rows, scratch);
        }
        NativeMemory.AlignedFree(scratch);
        var code = VnniPacked.Routines(packed.Shape);
        using var interpreted = new InterpretedRoutines(code, (i, routine, call) => Allow(i, packed, rows, (PackedCall*)call));
        Run(interpreted, packed, activations, rows, weights, expected);
        if (!InstructionSets.IsSupported(InstructionSet.Avx512Vnni))
            return;
        using var native = new NativeRoutines(code);
        Run(native, packed, activations, rows, weights, expected);
    }

    private static void Run(Routines routines, PackedSample packed, ActivationRows x, int rows, WeightMatrix weights, float[] expected)
    {
        // Panels from anywhere, in any order.
        foreach (var panels in new[] { new[] { 4 }, [3, 0], [4, 1, 0, 2] })
        {
            var y = new float[rows * panels.Length * PackedSample.Lanes];
            y.AsSpan().Fill(float.NaN);
            var wanted = new float[y.Length];
            for (var i = 0; i < y.Length; i++)
                wanted[i] = expected[i / 16 / panels.Length * weights.Rows + panels[i / 16 % panels.Length] * 16 + i % 16];
            fixed (float* py = y)
            {
                var call = packed.Call(panels, x, py);
                routines.Call(VnniPacked.Routine(panels.Length, rows), &call);
            }
            Multiplied.SameBits(wanted, y, $"{weights.Type} {rows} rows x {weights.Columns}, {panels.Length} panels");
        }
    }

    private static void Allow(Interpreter interpreter, PackedSample packed, int rows, PackedCall* call)
    {
        interpreter.Allow(call, sizeof(PackedCall));
        var panels = call->Panel1 is null ? 1 : call->Panel2 is null ? 2 : 4;
        foreach (var panel in new[] { (nint)call->Panel0, (nint)call->Panel1, (nint)call->Panel2, (nint)call->Panel3 }.Take(panels))
            interpreter.Allow((void*)panel, packed.PanelBytes);
        interpreter.Allow(call->Q, rows * call->Groups * 32);
        interpreter.Allow(call->D, rows * call->Groups * 4);
        interpreter.Allow(call->Sums, rows * call->Groups * 8);
        interpreter.Allow(call->Y, rows * panels * 64, write: true);
    }
}
