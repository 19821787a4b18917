using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;
using Freehold.Kernels.Threads;

namespace Freehold.Models.Packing;

/// <summary>How matrices lie in a pack.</summary>
internal abstract unsafe class PackedLayout
{
    /// <summary>Changes with the bytes of any panel.</summary>
    public abstract string Version { get; }

    /// <summary>Bytes that a matrix takes; 0 where it stays as it is.</summary>
    public abstract long BytesOf(WeightMatrix matrix);

    /// <summary>Packs some panels (<see cref="PackedMatrix.Pack"/>).</summary>
    public abstract void Pack(WeightMatrix matrix, int first, int count, byte* to, WorkerPool workers);

    /// <summary>Gives a matrix its panels.</summary>
    public abstract void Use(WeightMatrix matrix, byte* data, object owner);

    /// <summary>Bytes of weights that are resident, of <paramref name="stored"/> that the model's own file has.</summary>
    public virtual long Resident(long stored, IReadOnlyList<WeightMatrix> matrices) => Math.Max(stored, matrices.Sum(BytesOf));
}

/// <summary>The file's own values, untouched.</summary>
internal sealed unsafe class LosslessLayout : PackedLayout
{
    public override string Version => $"{PackedMatrix.LayoutVersion}";

    public override long BytesOf(WeightMatrix matrix) => PackedMatrix.BytesOf(matrix);

    public override void Pack(WeightMatrix matrix, int first, int count, byte* to, WorkerPool workers) => PackedMatrix.Pack(matrix, first, count, to, workers);

    public override void Use(WeightMatrix matrix, byte* data, object owner) => matrix.Use(PackedMatrix.At(matrix, data, owner));
}
