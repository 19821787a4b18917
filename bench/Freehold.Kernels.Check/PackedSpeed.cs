using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;
using Freehold.Kernels.Tests.Products;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Check;

/// <summary>Few rows by half a gigabyte of weights, K = 2,048: what share of the read bandwidth each way reaches; and by weights in the cache, of the dot products' peak.</summary>
internal static unsafe class PackedSpeed
{
    private const int Columns = 2048, Groups = Columns / 32;
    private const long Bytes = 512L << 20;

    private const long CacheBytes = 256 << 10;

    internal static void Print(int threads, double bandwidth, double peak, bool quick)
    {
        foreach (var type in new[] { TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_K, TensorType.Q6_K })
        {
            var stored = Stored(threads, type);
            Console.WriteLine($"gemv     {threads} threads {type} 1 row  as stored, managed AVX2: {stored / 1e9:F1} GB/s {stored / bandwidth:P0}");
            if (type is TensorType.Q4_0 or TensorType.Q6_K)
                continue;
            using var sample = new Sample(threads, Bytes);
            foreach (var ahead in quick ? new[] { 8 } : [0, 4, 8, 16])
            {
                var line = $"gemv     {threads} threads {type} 1 row  packed, {ahead,2} groups ahead:";
                foreach (var (panels, spread) in new[] { (1, false), (2, false), (2, true), (4, false), (4, true) })
                {
                    var rate = sample.Rate(VnniPackedKernel.ShapeOf(type)!.Value with { Ahead = ahead }, panels, rows: 1, spread);
                    line += $"   {panels}{(spread ? " apart" : panels > 1 ? " side by side" : "")} {rate / 1e9:F1} GB/s {rate / bandwidth:P0}";
                }
                Console.WriteLine(line);
            }
        }
        All(threads, bandwidth, peak, quick);
    }

    // Every type's code for either kind of activations in each of its blockings, from memory and from the cache.
    private static void All(int threads, double bandwidth, double peak, bool quick)
    {
        using Sample memory = new(threads, Bytes), cache = new(threads, CacheBytes * threads);
        foreach (var (type, words) in RandomWeights.Quantised.SelectMany(type => quick ? [(type, false)] : new[] { (type, false), (type, true) }))
        {
            var shape = VnniPackedKernel.ShapeOf(type)!.Value with { Words = words };
            var line = $"packed   {threads} threads {type,-6} {(words ? 15 : 8),2} bits";
            foreach (var (panels, rows) in quick ? new[] { (4, 1), (2, 8) } : [(4, 1), (4, 4), (2, 8)])
            {
                double fromMemory = memory.Rate(shape, panels, rows, spread: false), fromCache = cache.Rate(shape, panels, rows, spread: false);
                // 16 outputs by 32 inputs by a product and a sum, for each row.
                var operations = 2.0 * 16 * 32 * rows / (shape.ValueBytes + (double)shape.ScaleBytes / shape.BlockGroups);
                line += $"   {rows} by {panels}: memory {fromMemory / 1e9,5:F1} GB/s {fromMemory / bandwidth,4:P0}, cache {fromCache * operations / 1e12:F3} TOPS {fromCache * operations / peak,3:P0}";
            }
            Console.WriteLine(line);
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

    /// <summary>Some bytes of weights and eight rows of activations.</summary>
    private sealed class Sample : IDisposable
    {
        private readonly int _threads;
        private readonly long _bytes;
        private readonly WorkerPool _pool;
        private readonly byte* _memory, _work;
        private readonly ActivationRows _x = new(VnniBlocking.MostRows, Columns, ActivationBits.Eight);

        internal Sample(int threads, long bytes)
        {
            (_threads, _bytes, _pool) = (threads, bytes, new WorkerPool(threads));
            Pinned.Pin(_pool);
            _memory = Peaks.Allocate(bytes);
            new Span<byte>(_memory, checked((int)bytes)).Fill(17);
            _work = (byte*)NativeMemory.AlignedAlloc((nuint)(threads * 4096), 4096);
            var x = Correctness.Activations(_x.CapacityRows, Columns, hostile: false);
            fixed (float* px = x)
            {
                _x.Set(px, Columns, _x.CapacityRows, Columns);
                for (var row = 0; row < _x.CapacityRows; row++)
                    Quantiser.Row(InstructionSet.Avx2, _x, row);
            }
        }

        /// <summary>Bytes of weights a second; panels that are read together are neighbours, or one from each part of a thread's share.</summary>
        internal double Rate(PackedShape shape, int panels, int rows, bool spread)
        {
            var valuesAt = (long)Groups / shape.BlockGroups * shape.ScaleBytes;
            var panelBytes = valuesAt + (long)Groups * shape.ValueBytes;
            var count = (int)(_bytes / _threads / panelBytes) / panels * panels;
            using var code = new NativeRoutines([VnniPacked.Code(shape, panels, rows)]);
            var work = new Pinned((worker, _) =>
            {
                var first = _memory + worker * (_bytes / _threads);
                var apart = spread ? (long)(count / panels) * panelBytes : panelBytes;
                var step = spread ? panelBytes : panels * panelBytes;
                var call = new PackedCall
                {
                    ValuesAt = valuesAt,
                    Q = shape.Words ? _x.Q : _x.Q8,
                    D = _x.D,
                    Sums = _x.Sums,
                    Y = (float*)(_work + worker * 4096),
                    Groups = Groups,
                };
                for (var i = 0; i < count / panels; i++)
                {
                    call.Panel0 = first + i * step;
                    call.Panel1 = call.Panel0 + apart;
                    call.Panel2 = call.Panel1 + apart;
                    call.Panel3 = call.Panel2 + apart;
                    code.Call(0, &call);
                }
            });
            var passes = (int)Math.Max(1, (4 << 20) / _bytes);
            return (double)passes * _threads * count * panelBytes / Peaks.Shortest(_bytes == Bytes ? 0.25 : 0.05, () =>
            {
                for (var i = 0; i < passes; i++)
                    _pool.Run(work);
            });
        }

        public void Dispose()
        {
            _pool.Dispose();
            _x.Dispose();
            NativeMemory.AlignedFree(_memory);
            NativeMemory.AlignedFree(_work);
        }
    }
}
