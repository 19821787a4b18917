using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Threads;

namespace Freehold.Models.Packing;

/// <summary>Values rounded as the owner asked for (docs/lossy-packing.md).</summary>
/// <param name="kind">How.</param>
/// <param name="head">The output head: it has eight bits in either kind, since its errors go straight into the logits.</param>
internal sealed unsafe class LossyLayout(LossyKind kind, WeightMatrix? head) : PackedLayout
{
    /// <summary>How.</summary>
    public LossyKind Kind => kind;

    public override string Version => $"{NameOf(kind)} {LossyMatrix.LayoutVersion}";

    /// <summary>What people call a kind.</summary>
    public static string NameOf(LossyKind kind) => kind == LossyKind.W8 ? "w8" : "w4";

    public override long BytesOf(WeightMatrix matrix) => LossyMatrix.Takes(matrix) ? LossyMatrix.BytesOf(matrix, KindOf(matrix)) : 0;

    public override void Pack(WeightMatrix matrix, int first, int count, byte* to, WorkerPool workers) =>
        LossyMatrix.Pack(matrix, KindOf(matrix), first, count, to, workers);

    public override void Use(WeightMatrix matrix, byte* data, object owner) => matrix.Use(LossyMatrix.At(matrix, KindOf(matrix), data, owner));

    public override long Resident(long stored, IReadOnlyList<WeightMatrix> matrices) => stored - matrices.Sum(matrix => matrix.Bytes) + matrices.Sum(BytesOf);

    /// <summary>How a matrix is rounded.</summary>
    public LossyKind KindOf(WeightMatrix matrix) => matrix == head ? LossyKind.W8 : kind;
}
