using System.Diagnostics;
using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;

namespace Freehold.Kernels.Bench;

/// <summary>One product's best time over short runs: weights larger than the last cache for few rows, so that memory is measured too.</summary>
internal static unsafe class ProductSpeed
{
    private const int Columns = 2048;
    private const int Outputs = 8192;

    /// <summary>Prints GB/s of weights read and TOPS (two operations a multiplication and addition) for each row count.</summary>
    internal static void Print(Compute compute, TensorType type, ActivationBits bits, ReadOnlySpan<int> rowCounts)
    {
        var format = BlockFormat.Of(type);
        var bytes = format.RowBytes(Columns) * Outputs;
        var copies = (int)Math.Max(1, 192L * 1024 * 1024 / bytes);
        var data = (byte*)NativeMemory.AlignedAlloc((nuint)(bytes * copies), 4096);
        new Random(1).NextBytes(new Span<byte>(data, checked((int)(bytes * copies))));
        var weights = new WeightMatrix[copies];
        for (var i = 0; i < copies; i++)
            weights[i] = new WeightMatrix(type, Outputs, Columns, data + i * bytes, null);
        var line = $"{compute.Isa,-8} {type,-7} {(int)bits,2} bits";
        foreach (var rows in rowCounts)
        {
            var seconds = Best(compute, weights, rows, bits);
            line += $"   {rows,3} rows {bytes / seconds / 1e9,6:F1} GB/s {2.0 * rows * Columns * Outputs / seconds / 1e12,6:F3} TOPS";
        }
        Console.WriteLine(line);
        NativeMemory.AlignedFree(data);
    }

    private static double Best(Compute compute, WeightMatrix[] weights, int rows, ActivationBits bits)
    {
        var x = (float*)NativeMemory.AlignedAlloc((nuint)(rows * Columns * 4), 64);
        var y = (float*)NativeMemory.AlignedAlloc((nuint)((long)rows * Outputs * 4), 64);
        var random = new Random(2);
        for (var i = 0; i < rows * Columns; i++)
            x[i] = random.NextSingle() - 0.5f;
        using var activations = new ActivationRows(rows, Columns, bits);
        var best = double.MaxValue;
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 10 || clock.Elapsed.TotalSeconds < 0.4; i++)
        {
            var start = Stopwatch.GetTimestamp();
            activations.Set(x, Columns, rows, Columns);
            compute.MatMul(activations, [new Product(weights[i % weights.Length], y, Outputs)]);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (clock.Elapsed.TotalSeconds > 3)
                break;
        }
        NativeMemory.AlignedFree(x);
        NativeMemory.AlignedFree(y);
        return best;
    }
}
