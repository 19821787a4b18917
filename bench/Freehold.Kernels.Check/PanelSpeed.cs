using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Blocks.Layouts;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Choices;
using Freehold.Kernels.Products.Packed;
using Freehold.Kernels.Tests.Products;

namespace Freehold.Kernels.Check;

/// <summary>Many rows: M = 512, N = 4,096, K = 2,048, the weights colder than the second-level cache.</summary>
internal static unsafe class PanelSpeed
{
    private const int Rows = 512, Outputs = 4096, Columns = 2048, Copies = 4;

    /// <summary>Prints what <see cref="Compute.MatMul"/> reaches on each instruction set.</summary>
    internal static void Print(int threads, double peak, bool quick)
    {
        foreach (var type in new[] { TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_K, TensorType.Q6_K })
            foreach (var isa in new[] { InstructionSet.Avx2, InstructionSet.AvxVnni, InstructionSet.Avx512, InstructionSet.Avx512Vnni, InstructionSet.Amx })
            {
                if (!InstructionSets.IsSupported(isa) || (quick && isa is not (InstructionSet.Avx512Vnni or InstructionSet.Amx)))
                    continue;
                if (type is TensorType.Q4_K or TensorType.Q6_K && isa is not (InstructionSet.Avx512Vnni or InstructionSet.Amx))
                    continue;
                foreach (var (bits, packed) in new[] { (ActivationBits.Eight, false), (ActivationBits.Eight, true), (ActivationBits.Sixteen, false) })
                {
                    if (bits == ActivationBits.Sixteen && (type != TensorType.Q8_0 || isa == InstructionSet.Avx2 || quick))
                        continue;
                    if (packed && isa is not (InstructionSet.Avx512Vnni or InstructionSet.Amx))
                        continue;
                    var line = $"gemm     {threads} threads {type,-5} {(bits == ActivationBits.Eight ? 8 : 15),2} bits {isa,-10} {(packed ? "packed" : "stored")}";
                    using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
                    Pinned.Pin(compute.Workers);
                    using var sample = new Sample(type, bits, packed);
                    foreach (var rows in quick ? new[] { Rows } : [4, 8, 16, 32, Rows])
                    {
                        var copy = 0;
                        var seconds = Peaks.Shortest(rows == Rows ? 0.6 : 0.25, () => sample.Multiply(compute, copy++ % Copies, rows));
                        var rate = 2.0 * rows * Outputs * Columns / seconds;
                        line += $"   {rows,3} rows {rate / 1e12,6:F3} TOPS{(double.IsNaN(peak) ? "" : $" {rate / peak:P0}")}";
                    }
                    Console.WriteLine(line);
                }
            }
    }

    /// <summary>Prints what the code alone reaches on a panel that is packed already, and what the length of a stretch changes.</summary>
    internal static void PrintStretches(double peak)
    {
        foreach (var (what, shape) in new[]
        {
            ("Q8_0  8 bits", new PanelShape(true, false, false, 128)), ("Q4_K  8 bits", new PanelShape(true, false, true, 0)),
            ("Q6_K  8 bits", new PanelShape(true, true, false, 32)), ("Q8_0 15 bits", new PanelShape(false, false, false, 0)),
        })
        {
            var line = $"code     1 thread  {what}";
            foreach (var (rows, groups) in new[] { (8, 8), (8, 16), (8, 32), (8, 64), (4, 64), (1, 64) })
            {
                var rate = Code(shape, rows, groups);
                line += $"   {rows} x {groups} groups {rate / peak:P0}";
            }
            Console.WriteLine(line);
        }
        foreach (var groups in new[] { 16, 24, 32, 64 })
        {
            var rate = Stretch(groups);
            Console.WriteLine($"stretch  1 thread  Q8_0  8 bits, {groups} groups at once: {rate / 1e12:F3} TOPS {rate / peak:P0}");
        }
    }

    // One tile of rows against 16 MiB of panels' worth of calls on the same panel.
    private static double Code(PanelShape shape, int rows, int groups)
    {
        using var routines = new NativeRoutines(VnniPanel.Routines(shape));
        const int Tiles = 64;
        var bytes = (byte*)NativeMemory.AlignedAlloc(16 << 20, 4096);
        new Random(1).NextBytes(new Span<byte>(bytes, 16 << 20));
        var floats = (float*)bytes;
        for (var i = 0; i < 1 << 18; i++)
            floats[i] = i % 7;
        var y = floats + (1 << 16);
        new Span<float>(y, 512 * 32).Clear();
        var perTile = groups * 32 * 8 * (shape.Quads ? 1 : 2);
        double seconds;
        try
        {
            seconds = Peaks.Shortest(0.25, () =>
            {
                for (var tile = 0; tile < Tiles; tile++)
                {
                    var call = new PanelCall
                    {
                        Panel = bytes + (8 << 20),
                        Scale = floats,
                        Minimum = floats + (1 << 13),
                        Q = bytes + (1 << 20) + (tile & 15) * perTile,
                        D = floats + (1 << 14),
                        Sums = (int*)(bytes + (2 << 20)),
                        DSums = floats + (1 << 15),
                        Y = y + tile * 8 * 32,
                        Starts = (int*)(bytes + (3 << 20)),
                        Groups = groups,
                    };
                    routines.Call(rows - 1, &call);
                }
            });
        }
        finally
        {
            NativeMemory.AlignedFree(bytes);
        }
        return 2.0 * Tiles * rows * groups * 32 * 32 / seconds;
    }

    private static double Stretch(int groups)
    {
        using var compute = new Compute(new ComputeOptions { Isa = InstructionSet.Avx512Vnni, Threads = 1 });
        Pinned.Pin(compute.Workers);
        using var sample = new Sample(TensorType.Q8_0, ActivationBits.Eight, packed: false);
        sample.Multiply(compute, 0, Rows);
        using var kernel = new VnniPanelKernel<Q8_0Layout, BytePlanes, HalfScales>(true, code => new NativeRoutines(code), new ChosenKernels(new KernelChoice(0, 0, groups, KernelChoice.Never)));
        var scratch = (byte*)NativeMemory.AlignedAlloc(ProductKernel.ScratchBytes, 4096);
        var i = 0;
        var seconds = Peaks.Shortest(0.7, () => kernel.Multiply(sample.Product(i++ % Copies), sample.Activations, 0, Outputs, scratch));
        NativeMemory.AlignedFree(scratch);
        return 2.0 * Rows * Outputs * Columns / seconds;
    }

    /// <summary>Weights, activations for all rows, and outputs.</summary>
    private sealed class Sample : IDisposable
    {
        private readonly byte* _weights;
        private readonly float* _x, _y;
        private readonly WeightMatrix[] _copies = new WeightMatrix[Copies];
        private readonly List<PackedWeights> _panels = [];

        internal Sample(TensorType type, ActivationBits bits, bool packed)
        {
            var bytes = BlockFormat.Of(type).RowBytes(Columns) * Outputs;
            _weights = Peaks.Allocate(bytes * Copies);
            new Random(1).NextBytes(new Span<byte>(_weights, checked((int)(bytes * Copies))));
            for (var i = 0; i < Copies; i++)
                _copies[i] = new WeightMatrix(type, Outputs, Columns, _weights + i * bytes, null);
            for (var i = 0; i < Copies && packed; i++)
            {
                var panels = new PackedWeights(_copies[i]);
                _panels.Add(panels);
                _copies[i] = panels.Matrix;
            }
            _x = (float*)Peaks.Allocate((long)Rows * Columns * 4);
            _y = (float*)Peaks.Allocate((long)Rows * Outputs * 4);
            var random = new Random(2);
            for (var i = 0; i < Rows * Columns; i++)
                _x[i] = random.NextSingle() - 0.5f;
            Activations = new ActivationRows(Rows, Columns, bits);
        }

        internal ActivationRows Activations { get; }

        internal Product Product(int copy) => new(_copies[copy], _y, Outputs);

        internal void Multiply(Compute compute, int copy, int rows)
        {
            Activations.Set(_x, Columns, rows, Columns);
            compute.MatMul(Activations, [Product(copy)]);
        }

        public void Dispose()
        {
            Activations.Dispose();
            _panels.ForEach(panels => panels.Dispose());
            NativeMemory.AlignedFree(_weights);
            NativeMemory.AlignedFree(_x);
            NativeMemory.AlignedFree(_y);
        }
    }
}
