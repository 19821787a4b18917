using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Blocks.Layouts;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Check;

/// <summary>
/// A whole product through AMX, panels unpacked from stored rows as it goes: what an AMX kernel would reach, so that it can be chosen or not.
/// The activations are laid out beforehand.
/// </summary>
internal static unsafe class TileGemm
{
    private const int Rows = 512, Outputs = 4096, Columns = 2048, Groups = Columns / 32, Copies = 6, Tile = TilePanel.Rows;

    /// <summary>Prints the speed of each stretch and whether the bits are the scalar oracle's.</summary>
    internal static bool Print<T>(TensorType type, int threads)
        where T : struct, IBlockLayout
    {
        var format = BlockFormat.Of(type);
        var bytes = format.RowBytes(Columns) * Outputs;
        var memory = Peaks.Allocate(bytes * Copies);
        var random = new Random(1);
        random.NextBytes(new Span<byte>(memory, checked((int)(bytes * Copies))));
        for (var block = memory; block < memory + bytes * Copies; block += format.BlockBytes)
            *(Half*)block = (Half)(random.NextSingle() * 0.01f);
        var weights = Enumerable.Range(0, Copies).Select(i => new WeightMatrix(type, Outputs, Columns, memory + i * bytes, null)).ToArray();
        var x = Correctness.Activations(Rows, Columns, hostile: false);
        var y = (float*)Peaks.Allocate((long)Rows * Outputs * 4);
        using var activations = new ActivationRows(Rows, Columns, ActivationBits.Eight);
        fixed (float* px = x)
        {
            activations.Set(px, Columns, Rows, Columns);
            for (var row = 0; row < Rows; row++)
                Quantiser.Row(InstructionSet.Avx2, activations, row);
        }
        var q = (sbyte*)Peaks.Allocate((long)Rows * Columns);
        var d = (float*)Peaks.Allocate((long)Rows * Groups * 4);
        LayOut(activations, q, d);

        using var pool = new WorkerPool(threads, usesTiles: true);
        Pinned.Pin(pool);
        var line = $"tiles    {threads} threads {type} {Rows} rows, whole product:";
        var same = true;
        foreach (var groups in new[] { 16, 32, 64 })
        {
            using var routines = new NativeRoutines(TilePanel.Routines(new TileShape(false, 2)));
            var copy = 0;
            var next = 0;
            var work = new Pinned((_, _) =>
            {
                fixed (byte* configuration = TilePanel.Configuration())
                    routines.Call(TilePanel.Configure, configuration);
                var scratch = (byte*)NativeMemory.AlignedAlloc(ProductKernel.ScratchBytes, 4096);
                for (int first; (first = (Interlocked.Increment(ref next) - 1) * 32) < Outputs;)
                    Panel<T>(routines, weights[copy], first, groups, q, d, y, scratch);
                NativeMemory.AlignedFree(scratch);
                routines.Call(TilePanel.Release, null);
            });
            var seconds = Peaks.Shortest(0.7, () =>
            {
                (copy, next) = ((copy + 1) % Copies, 0);
                pool.Run(work);
            });
            line += $"   {groups} groups at once {2.0 * Rows * Outputs * Columns / seconds / 1e12:F3} TOPS";
            same &= SameBits(weights[copy], activations, y);
        }
        Console.WriteLine($"{line}   bits {(same ? "PASS" : "FAIL")}");
        foreach (var used in new[] { (nint)memory, (nint)y, (nint)q, (nint)d })
            NativeMemory.AlignedFree((void*)used);
        return same;
    }

    private static void Panel<T>(Routines routines, WeightMatrix weights, int first, int stretch, sbyte* q, float* d, float* y, byte* scratch)
        where T : struct, IBlockLayout
    {
        var rowsOf = (byte**)scratch;
        var call = new TileCall { Ring = (int*)(scratch + 4096), Scale = (float*)(scratch + 8192), Panel = (sbyte*)(scratch + (32 << 10)) };
        var chains = (float*)(scratch + (128 << 10));
        new Span<float>(chains, Rows * 32).Clear();
        for (var o = 0; o < 32; o++)
            rowsOf[o] = weights.Row(first + o);
        for (var from = 0; from < Groups; from += stretch)
        {
            for (var o = 0; o < 32; o += 8)
                PanelPacker.Eight<T>(rowsOf + o, from, stretch, true, (int*)call.Panel + o, call.Scale + o, call.Scale + o, 32, signed: true);
            call.Groups = stretch;
            for (var tile = 0; tile < Rows / Tile; tile++)
            {
                var at = (long)tile * Groups + from;
                call.Q = q + at * Tile * 32;
                call.Next = call.Q + Groups * Tile * 32;
                call.D = d + at * Tile;
                call.Y = chains + tile * Tile * 32;
                routines.Call(TilePanel.Multiply, &call);
            }
        }
        for (var r = 0; r < Rows; r++)
            new Span<float>(chains + r * 32, 32).CopyTo(new Span<float>(y + (long)r * Outputs + first, 32));
    }

    // [tile][group][row][32] and [tile][group][row].
    private static void LayOut(ActivationRows x, sbyte* q, float* d)
    {
        for (var row = 0; row < Rows; row++)
            for (var g = 0; g < Groups; g++)
            {
                var at = ((long)(row / Tile) * Groups + g) * Tile + row % Tile;
                new Span<sbyte>(x.Q8 + (long)row * Columns + g * 32, 32).CopyTo(new Span<sbyte>(q + at * 32, 32));
                d[at] = x.D[row * Groups + g];
            }
    }

    // Some outputs by the scalar kernel.
    private static bool SameBits(WeightMatrix weights, ActivationRows x, float* y)
    {
        var expected = (float*)NativeMemory.AlignedAlloc((nuint)(Rows * Outputs * 4L), 64);
        var scratch = (byte*)NativeMemory.AlignedAlloc(ProductKernel.ScratchBytes, 64);
        var same = true;
        foreach (var output in new[] { 0, 31, 1000, 4095 })
        {
            new ScalarKernel().Multiply(new Product(weights, expected, Outputs), x, output, 1, scratch);
            for (var r = 0; r < Rows; r++)
                same &= BitConverter.SingleToInt32Bits(expected[(long)r * Outputs + output]) == BitConverter.SingleToInt32Bits(y[(long)r * Outputs + output]);
        }
        NativeMemory.AlignedFree(expected);
        NativeMemory.AlignedFree(scratch);
        return same;
    }
}
