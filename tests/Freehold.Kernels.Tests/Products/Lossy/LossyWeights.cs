using System.Runtime.InteropServices;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Tests.Products.Lossy;

/// <summary>The same matrix packed with loss, in memory that ends where the last panel ends.</summary>
internal sealed unsafe class LossyWeights : IDisposable
{
    private readonly byte* _memory;

    internal LossyWeights(WeightMatrix source, LossyKind kind)
    {
        Bytes = (int)LossyMatrix.BytesOf(source, kind);
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes, 64);
        using var workers = new WorkerPool(2);
        LossyMatrix.Pack(source, kind, 0, (source.Rows + LossyFormat.Outputs - 1) / LossyFormat.Outputs, _memory, workers);
        Matrix = source.Slice(0, source.Rows);
        Matrix.Use(LossyMatrix.At(source, kind, _memory, null));
    }

    internal WeightMatrix Matrix { get; }

    internal int Bytes { get; }

    internal Span<byte> Memory => new(_memory, Bytes);

    /// <summary>The values of one output, rotated as they are, its scale included.</summary>
    internal double[] Row(int output)
    {
        var panel = Matrix.Lossy!.Panel(output / LossyFormat.Outputs);
        var e = new sbyte[Matrix.Columns];
        fixed (sbyte* to = e)
            ScalarLossyKernel.Unpack(Matrix.Lossy.Format, panel, output % LossyFormat.Outputs, Matrix.Columns, to);
        var scale = ((float*)panel)[output % LossyFormat.Outputs];
        return [.. e.Select(value => (double)value * scale)];
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
