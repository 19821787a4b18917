using System.Diagnostics;
using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Bench;

/// <summary>One product's best time over short runs: weights larger than the last cache for few rows, so that memory is measured too.</summary>
internal static unsafe partial class QuickLook
{
    private const int Columns = 2048;

    /// <summary>Prints them all.</summary>
    /// <param name="args">Types, apart by commas, or all; row counts; instruction sets or all; threads; bits of the activations; outputs (fewer than 8,192 stay in the cache).</param>
    internal static void Run(string[] args)
    {
        var types = args.Length > 0 && args[0] != "all"
            ? args[0].Split(',').Select(Enum.Parse<TensorType>).ToArray()
            : [.. Enum.GetValues<TensorType>().Where(type => !BlockFormat.Of(type).IsFloat)];
        var rows = args.Length > 1 ? args[1].Split(',').Select(int.Parse).ToArray() : [1, 8, 512];
        var sets = args.Length > 2 && args[2] != "all" ? args[2].Split(',').Select(name => Enum.Parse<InstructionSet>(name, true)).ToArray()
            : [.. InstructionSets.Supported.Where(isa => isa != InstructionSet.Scalar)];
        var threads = args.Length > 3 ? int.Parse(args[3]) : Environment.ProcessorCount;
        var bits = args.Length > 4 ? args[4].Split(',').Select(b => (ActivationBits)int.Parse(b)).ToArray() : [ActivationBits.Eight, ActivationBits.Sixteen];
        var outputs = args.Length > 5 ? int.Parse(args[5]) : 8192;
        foreach (var isa in sets)
        {
            using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
            foreach (var type in types)
                foreach (var b in bits)
                    foreach (var packed in new[] { false, true })
                        Print(compute, type, b, rows, outputs, packed);
        }
    }

    /// <summary>Prints GB/s of weights read and TOPS (two operations a multiplication and addition) for each row count.</summary>
    private static void Print(Compute compute, TensorType type, ActivationBits bits, ReadOnlySpan<int> rowCounts, int most, bool packed)
    {
        var format = BlockFormat.Of(type);
        var bytes = format.RowBytes(Columns) * most;
        var copies = most < 8192 ? 1 : (int)Math.Max(1, 192L * 1024 * 1024 / bytes);
        var data = (byte*)NativeMemory.AlignedAlloc((nuint)(bytes * copies), 4096);
        new Random(1).NextBytes(new Span<byte>(data, checked((int)(bytes * copies))));
        var weights = new WeightMatrix[copies];
        for (var i = 0; i < copies; i++)
            weights[i] = new WeightMatrix(type, most, Columns, data + i * bytes, null);
        var panels = PackedMatrix.BytesOf(weights[0]);
        var panelData = packed ? (byte*)NativeMemory.AlignedAlloc((nuint)(panels * copies), 4096) : null;
        for (var i = 0; i < copies && packed; i++)
        {
            PackedMatrix.Pack(weights[i], 0, PackedMatrix.PanelsOf(weights[i]), panelData + i * panels, compute.Workers);
            weights[i].Use(PackedMatrix.At(weights[i], panelData + i * panels, null));
        }
        var line = $"{compute.Isa,-8} {type,-7} {(int)bits,2} bits {(packed ? "packed" : "stored")}";
        foreach (var rows in rowCounts)
        {
            // Short samples, of which some run undisturbed even on a busy machine.
            var outputs = Math.Min(most, Math.Max(512, most * 8 / rows));
            var parts = new WeightMatrix[copies];
            for (var i = 0; i < copies; i++)
            {
                parts[i] = weights[i].Slice(0, outputs);
                if (packed)
                    parts[i].Use(weights[i].Packed!);
            }
            var seconds = Best(compute, parts, rows, bits);
            line += $"   {rows,3} rows {format.RowBytes(Columns) * outputs / seconds / 1e9,5:F1} GB/s {2.0 * rows * Columns * outputs / seconds / 1e12,6:F3} TOPS";
        }
        Console.WriteLine(line);
        NativeMemory.AlignedFree(data);
        NativeMemory.AlignedFree(panelData);
    }

    // With one thread the time it ran is taken, not the time that passed: other processes then do not show. CLOCK_THREAD_CPUTIME_ID is 3.
    private static long Now(Compute compute)
    {
        if (compute.Threads > 1 || !OperatingSystem.IsLinux())
            return Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);
        var time = stackalloc long[2];
        _ = ClockGetTime(3, time);
        return time[0] * 1_000_000_000 + time[1];
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, long* time);

    private static double Best(Compute compute, WeightMatrix[] weights, int rows, ActivationBits bits)
    {
        var outputs = weights[0].Rows;
        var x = (float*)NativeMemory.AlignedAlloc((nuint)(rows * Columns * 4), 64);
        var y = (float*)NativeMemory.AlignedAlloc((nuint)((long)rows * outputs * 4), 64);
        var random = new Random(2);
        for (var i = 0; i < rows * Columns; i++)
            x[i] = random.NextSingle() - 0.5f;
        using var activations = new ActivationRows(rows, Columns, bits);
        var best = double.MaxValue;
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 10 || clock.Elapsed.TotalSeconds < 0.4; i++)
        {
            var start = Now(compute);
            activations.Set(x, Columns, rows, Columns);
            compute.MatMul(activations, [new Product(weights[i % weights.Length], y, outputs)]);
            best = Math.Min(best, (Now(compute) - start) * 1e-9);
            if (clock.Elapsed.TotalSeconds > 3)
                break;
        }
        NativeMemory.AlignedFree(x);
        NativeMemory.AlignedFree(y);
        return best;
    }
}
