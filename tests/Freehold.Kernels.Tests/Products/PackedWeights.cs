using System.Runtime.InteropServices;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Tests.Products;

/// <summary>The same matrix with panels, in memory that ends where the last panel ends.</summary>
internal sealed unsafe class PackedWeights : IDisposable
{
    private readonly byte* _memory;

    internal PackedWeights(WeightMatrix source)
    {
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)PackedMatrix.BytesOf(source), 64);
        using var workers = new WorkerPool(2);
        PackedMatrix.Pack(source, 0, PackedMatrix.PanelsOf(source), _memory, workers);
        Matrix = source.Slice(0, source.Rows);
        Matrix.Use(PackedMatrix.At(source, _memory, null));
    }

    internal WeightMatrix Matrix { get; }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
