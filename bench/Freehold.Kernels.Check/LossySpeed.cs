using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;

namespace Freehold.Kernels.Check;

/// <summary>Weights packed with loss, N = 4,096, K = 2,048, colder than the second-level cache: what each instruction set reaches.</summary>
internal static unsafe class LossySpeed
{
    private const int Rows = 512, Outputs = 4096, Columns = 2048, Copies = 6;

    internal static void Print(int threads, bool quick)
    {
        foreach (var kind in Enum.GetValues<LossyKind>())
            foreach (var isa in InstructionSets.Supported.Where(isa => isa >= InstructionSet.Avx2 && (!quick || isa == InstructionSets.Best)))
                Console.WriteLine($"lossy    {threads} threads {kind} {isa,-10}{Rates(kind, isa, threads)}");
    }

    private static string Rates(LossyKind kind, InstructionSet isa, int threads)
    {
        using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
        Pinned.Pin(compute.Workers);
        var bytes = new LossyFormat(kind).MatrixBytes(Outputs, Columns);
        var memory = Peaks.Allocate(bytes * Copies);
        new Span<byte>(memory, checked((int)(bytes * Copies))).Fill(17);
        var copies = Enumerable.Range(0, Copies).Select(i =>
        {
            var matrix = new WeightMatrix(TensorType.F32, Outputs, Columns, null, null);
            matrix.Use(LossyMatrix.At(matrix, kind, memory + i * bytes, null));
            return matrix;
        }).ToArray();
        var x = Correctness.Activations(Rows, Columns, hostile: false);
        var y = (float*)Peaks.Allocate((long)Rows * Outputs * 4);
        using var activations = new ActivationRows(Rows, Columns, ActivationBits.Eight);
        var line = "";
        fixed (float* px = x)
        {
            var from = (nint)px;
            foreach (var rows in new[] { 1, 4, 8, 16, 32, 64, Rows })
            {
                var copy = 0;
                var seconds = Peaks.Shortest(rows == Rows ? 0.5 : 0.15, () =>
                {
                    activations.Set((float*)from, Columns, rows, Columns);
                    compute.MatMul(activations, [new Product(copies[copy++ % Copies], y, Outputs)]);
                });
                line += $"   {rows,3} rows {2.0 * rows * Outputs * Columns / seconds / 1e12,6:F3} TOPS {bytes / seconds / 1e9,5:F1} GB/s";
            }
        }
        NativeMemory.AlignedFree(memory);
        NativeMemory.AlignedFree(y);
        return line;
    }
}
