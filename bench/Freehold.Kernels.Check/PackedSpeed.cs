using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Check;

/// <summary>Few rows by half a gigabyte of weights, K = 2,048: what share of the read bandwidth each way reaches.</summary>
internal static unsafe class PackedSpeed
{
    private const int Columns = 2048, Groups = Columns / 32;
    private const long Bytes = 512L << 20;

    internal static void Print(int threads, double bandwidth, bool quick)
    {
        foreach (var type in new[] { TensorType.Q8_0, TensorType.Q4_0 })
        {
            var stored = Stored(threads, type);
            Console.WriteLine($"gemv     {threads} threads {type} 1 row  as stored, managed AVX2: {stored / 1e9:F1} GB/s {stored / bandwidth:P0}");
            Packed(threads, type, bandwidth, quick);
        }
    }

    private static double Stored(int threads, TensorType type)
    {
        using var compute = new Compute(new ComputeOptions { Isa = InstructionSet.Avx512Vnni, Threads = threads });
        Pinned.Pin(compute.Workers);
        var outputs = (int)(Bytes / BlockFormat.Of(type).RowBytes(Columns));
        var memory = Peaks.Allocate(Bytes);
        new Random(1).NextBytes(new Span<byte>(memory, checked((int)Bytes)));
        var weights = new WeightMatrix(type, outputs, Columns, memory, null);
        float[] x = Correctness.Activations(1, Columns, hostile: false), y = new float[outputs];
        using var activations = new ActivationRows(1, Columns, ActivationBits.Eight);
        double seconds;
        fixed (float* px = x, py = y)
        {
            var (from, to) = ((nint)px, (nint)py);
            seconds = Peaks.Shortest(0.5, () =>
            {
                activations.Set((float*)from, Columns, 1, Columns);
                compute.MatMul(activations, [new Product(weights, (float*)to, outputs)]);
            });
        }
        NativeMemory.AlignedFree(memory);
        return weights.Bytes / seconds;
    }

    private static void Packed(int threads, TensorType type, double bandwidth, bool quick)
    {
        using var pool = new WorkerPool(threads);
        Pinned.Pin(pool);
        var shape = VnniPackedKernel.ShapeOf(type)!.Value;
        var valuesAt = (long)Groups * shape.ScaleBytes;
        var panelBytes = valuesAt + (long)Groups * shape.ValueBytes;
        var all = (int)(Bytes / panelBytes) / (8 * threads) * 8 * threads;
        var memory = Peaks.Allocate(Bytes);
        new Span<byte>(memory, checked((int)Bytes)).Fill(17);
        using var activations = new ActivationRows(4, Columns, ActivationBits.Eight);
        var x = Correctness.Activations(4, Columns, hostile: false);
        fixed (float* px = x)
        {
            activations.Set(px, Columns, 4, Columns);
            for (var row = 0; row < 4; row++)
                Quantiser.Row(InstructionSet.Avx2, activations, row);
        }
        var y = (float*)NativeMemory.AlignedAlloc((nuint)(threads * 4096), 4096);
        foreach (var rows in quick ? new[] { 1 } : [1, 4])
            foreach (var ahead in new[] { 0, 4, 8, 16 })
            {
                if (rows == 4 && ahead != 8)
                    continue;
                using var routines = new NativeRoutines(VnniPacked.Routines(shape with { Ahead = ahead }));
                var line = $"gemv     {threads} threads {type} {rows} rows packed, {ahead,2} groups ahead:";
                foreach (var (panels, spread) in new[] { (1, false), (2, false), (2, true), (4, false), (4, true) })
                {
                    var routine = VnniPacked.Routine(panels, rows);
                    var work = new Pinned((worker, _) =>
                    {
                        var count = all / threads;
                        var chains = y + worker * 1024;
                        var first = memory + worker * (long)count * panelBytes;
                        // Neighbours, or one from each part of this thread's share.
                        var apart = spread ? (long)(count / panels) * panelBytes : panelBytes;
                        var step = spread ? panelBytes : panels * panelBytes;
                        var call = new PackedCall
                        {
                            ValuesAt = valuesAt,
                            Q = activations.Q8,
                            D = activations.D,
                            Sums = activations.Sums,
                            Y = chains,
                            Groups = Groups,
                        };
                        for (var i = 0; i < count / panels; i++)
                        {
                            call.Panel0 = first + i * step;
                            call.Panel1 = call.Panel0 + apart;
                            call.Panel2 = call.Panel1 + apart;
                            call.Panel3 = call.Panel2 + apart;
                            routines.Call(routine, &call);
                        }
                    });
                    var rate = all * panelBytes / Peaks.Shortest(0.25, () => pool.Run(work));
                    line += $"   {panels}{(spread ? " apart" : panels > 1 ? " side by side" : "")} {rate / 1e9:F1} GB/s {rate / bandwidth:P0}";
                }
                Console.WriteLine(line);
            }
        NativeMemory.AlignedFree(y);
        NativeMemory.AlignedFree(memory);
    }
}
