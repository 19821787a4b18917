using System.Diagnostics;
using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Bench;

/// <summary>One product's best time over short runs: weights larger than the last cache for few rows, so that memory is measured too.</summary>
internal static unsafe partial class QuickLook
{
    private const int Columns = 2048;

    /// <summary>Prints them all.</summary>
    /// <param name="args">
    /// Types, w8 and w4, apart by commas, or all; row counts; instruction sets or all; threads; bits of the activations; outputs (fewer than 8,192 stay in the cache);
    /// up to how many rows packed panels are read as they lie, or usual.
    /// </param>
    internal static void Run(string[] args)
    {
        var names = args.Length > 0 && args[0] != "all"
            ? args[0].Split(',')
            : [.. Enum.GetValues<TensorType>().Where(type => !BlockFormat.Of(type).IsFloat).Select(type => type.ToString())];
        var rows = args.Length > 1 ? args[1].Split(',').Select(int.Parse).ToArray() : [1, 8, 512];
        var sets = args.Length > 2 && args[2] != "all" ? args[2].Split(',').Select(name => Enum.Parse<InstructionSet>(name, true)).ToArray()
            : [.. InstructionSets.Supported.Where(isa => isa != InstructionSet.Scalar)];
        var threads = args.Length > 3 ? int.Parse(args[3]) : Environment.ProcessorCount;
        var bits = args.Length > 4 ? args[4].Split(',').Select(b => (ActivationBits)int.Parse(b)).ToArray() : [ActivationBits.Eight, ActivationBits.Sixteen];
        var outputs = args.Length > 5 ? int.Parse(args[5]) : 8192;
        int? mostPacked = args.Length > 6 && args[6] != "usual" ? int.Parse(args[6]) : null;
        foreach (var isa in sets)
        {
            using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
            foreach (var form in names.SelectMany(name => FormsOf(name, bits)))
            {
                if (mostPacked is { } most && compute.ChoiceOf(form) is { } usual)
                    compute.Choose(form, usual with { MostPacked = most });
                if (form.Lossy is null)
                    Print(compute, form, rows, outputs, packed: false);
                Print(compute, form, rows, outputs, packed: true);
            }
        }
    }

    private static IEnumerable<PackedForm> FormsOf(string name, IEnumerable<ActivationBits> bits) =>
        Enum.TryParse<LossyKind>(name, ignoreCase: true, out var kind) ? [PackedForm.Of(kind)] : bits.Select(b => PackedForm.Of(Enum.Parse<TensorType>(name), b));

    /// <summary>Prints GB/s of weights read and TOPS (two operations a multiplication and addition) for each row count.</summary>
    private static void Print(Compute compute, PackedForm form, ReadOnlySpan<int> rowCounts, int most, bool packed)
    {
        long BytesOf(int outputs) => form.Lossy is { } kind ? LossyMatrix.BytesOf(outputs, Columns, kind)!.Value : BlockFormat.Of(form.Type).RowBytes(Columns) * outputs;
        var bytes = BytesOf(most);
        var copies = most < 8192 ? 1 : (int)Math.Max(1, 192L * 1024 * 1024 / bytes);
        var data = (byte*)NativeMemory.AlignedAlloc((nuint)(bytes * copies), 4096);
        new Random(1).NextBytes(new Span<byte>(data, checked((int)(bytes * copies))));
        var weights = new WeightMatrix[copies];
        for (var i = 0; i < copies; i++)
            weights[i] = new WeightMatrix(form.Type, most, Columns, form.Lossy is null ? data + i * bytes : null, null);
        var repack = packed && form.Lossy is null;
        var panels = repack ? PackedMatrix.BytesOf(weights[0]) : 0;
        var panelData = repack ? (byte*)NativeMemory.AlignedAlloc((nuint)(panels * copies), 4096) : null;
        for (var i = 0; i < copies && repack; i++)
        {
            PackedMatrix.Pack(weights[i], 0, PackedMatrix.PanelsOf(weights[i]), panelData + i * panels, compute.Workers);
            weights[i].Use(PackedMatrix.At(weights[i], panelData + i * panels, null));
        }
        var line = $"{compute.Isa,-8} {form.Name,-7} {(int)form.Bits,2} bits {(packed ? "packed" : "stored")}";
        foreach (var rows in rowCounts)
        {
            // Short samples, of which some run undisturbed even on a busy machine.
            var outputs = Math.Min(most, Math.Max(512, most * 8 / rows));
            var parts = new WeightMatrix[copies];
            for (var i = 0; i < copies; i++)
            {
                parts[i] = weights[i].Slice(0, outputs);
                // Any bytes are a pack with loss.
                if (form.Lossy is { } kind)
                    parts[i].Use(LossyMatrix.At(parts[i], kind, data + i * bytes, null));
                else if (packed)
                    parts[i].Use(weights[i].Packed!);
            }
            var seconds = Best(compute, parts, rows, form.Bits);
            line += $"   {rows,3} rows {BytesOf(outputs) / seconds / 1e9,5:F1} GB/s {2.0 * rows * Columns * outputs / seconds / 1e12,6:F3} TOPS";
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
