using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Tests.Products;
using Freehold.Kernels.Tests.Products.Lossy;

namespace Freehold.Kernels.Check;

/// <summary>Compares bits with the scalar oracle's.</summary>
internal static unsafe class Correctness
{
    private static readonly ushort[] Hostile = [0x7C00, 0xFC00, 0x7E01, 0x7C01, 0x0001, 0x83FF, 0x0000, 0x8000, 0x7BFF, 0x3C00];

    /// <summary>Every type, both kinds of activations, many numbers of rows, on every instruction set that is here, or those that are named.</summary>
    internal static bool Print(IReadOnlyCollection<InstructionSet> named)
    {
        var all = true;
        using var oracle = new Compute(new ComputeOptions { Isa = InstructionSet.Scalar, Threads = 1 });
        foreach (var isa in named.Count > 0 ? named : InstructionSets.Supported.Where(isa => isa != InstructionSet.Scalar))
        {
            if (!InstructionSets.IsSupported(isa))
            {
                all = false;
                Console.WriteLine($"bits     {isa,-10} FAIL: not here");
                continue;
            }
            var failures = new List<string>();
            // Of one thread and of two; code is assembled once for each.
            using var one = new Compute(new ComputeOptions { Isa = isa, Threads = 1 });
            using var two = new Compute(new ComputeOptions { Isa = isa, Threads = 2 });
            var compared = new Compared(oracle, [one, two]);
            foreach (var type in RandomWeights.Quantised)
                foreach (var bits in new[] { ActivationBits.Eight, ActivationBits.Sixteen })
                    foreach (var (columns, half) in new (int, Func<Random, ushort>?)[] { (2304, null), (512, random => Hostile[random.Next(Hostile.Length)]) })
                        Type(compared, type, bits, columns, half, failures);
            foreach (var kind in Enum.GetValues<LossyKind>())
                Lossy(compared, kind, failures);
            all &= failures.Count == 0;
            Console.WriteLine($"bits     {isa,-10} {(failures.Count == 0 ? "PASS: 13 types, stored and packed, 8 and 15 bits, rows 1 to 9, 16, 32 and 33, any scale; packed with loss" : "FAIL: " + string.Join("; ", failures.Take(20)))}");
        }
        return all;
    }

    private static void Type(Compared compared, TensorType type, ActivationBits bits, int columns, Func<Random, ushort>? half, List<string> failures)
    {
        const int Outputs = 83, MostRows = 33;
        using var weights = new RandomWeights(type, Outputs, columns, columns, half);
        using var packed = new PackedWeights(weights.Matrix);
        var x = Activations(MostRows, columns, hostile: half is not null);
        var expected = Multiply(compared.Oracle, bits, weights.Matrix, x, MostRows);
        foreach (var rows in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 32, 33 })
        {
            foreach (var matrix in new[] { weights.Matrix, packed.Matrix })
            {
                var actual = Multiply(compared.By[rows % 2], bits, matrix, x, rows);
                if (Difference(expected, actual) is { } at)
                    failures.Add($"{type} {(matrix.Packed is null ? "stored" : "packed")} {(int)bits} bits {rows} x {columns}: value {at} is {actual[at]:R}, not {expected[at]:R}");
            }
        }
    }

    private static void Lossy(Compared compared, LossyKind kind, List<string> failures)
    {
        const int Outputs = 83, MostRows = 65, Columns = 1600;
        using var weights = new RandomWeights(TensorType.F32, Outputs, Columns, 5);
        using var lossy = new LossyWeights(weights.Matrix, kind);
        var x = Activations(MostRows, Columns, hostile: false);
        var expected = Multiply(compared.Oracle, ActivationBits.Eight, lossy.Matrix, x, MostRows);
        foreach (var rows in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 32, 33, 65 })
        {
            var actual = Multiply(compared.By[rows % 2], ActivationBits.Eight, lossy.Matrix, x, rows);
            if (Difference(expected, actual) is { } at)
                failures.Add($"{kind} {rows} x {Columns}: value {at} is {actual[at]:R}, not {expected[at]:R}");
        }
    }

    /// <summary>The first value whose bits differ, any two NaN being alike.</summary>
    internal static int? Difference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (var i = 0; i < actual.Length; i++)
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]) && !(float.IsNaN(expected[i]) && float.IsNaN(actual[i])))
                return i;
        return null;
    }

    internal static float[] Activations(int rows, int columns, bool hostile)
    {
        var random = new Random(7);
        var x = new float[rows * columns];
        for (var i = 0; i < x.Length; i++)
            x[i] = (random.NextSingle() - 0.5f) * (random.Next(40) == 0 ? 30 : 2);
        if (hostile)
            (x[40], x[70], x[^1], x[^40]) = (1e-42f, float.MaxValue, float.NaN, float.NegativeInfinity);
        return x;
    }

    private sealed record Compared(Compute Oracle, Compute[] By);

    private static float[] Multiply(Compute compute, ActivationBits bits, WeightMatrix weights, float[] x, int rows)
    {
        using var activations = new ActivationRows(rows, weights.Columns, bits);
        var y = new float[rows * weights.Rows];
        fixed (float* px = x, py = y)
        {
            activations.Set(px, weights.Columns, rows, weights.Columns);
            compute.MatMul(activations, [new Product(weights, py, weights.Rows)]);
        }
        return y;
    }
}
