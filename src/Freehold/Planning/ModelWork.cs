using Freehold.Kernels.Products.Lossy;
using Freehold.Models.Files;

namespace Freehold.Planning;

/// <summary>What one token costs, counted from a file's tensors. An operation is a multiplication or an addition of a weight.</summary>
/// <param name="BytesPerDecode">Bytes of weights read to decode one token: everything but an embedding table that is no output head too.</param>
/// <param name="OperationsPerPrefill">Operations in the layers' matrices for a token of a prompt (the output head is not needed there).</param>
/// <param name="OperationsPerDecode">The same with the output head.</param>
internal readonly record struct ModelWork(long BytesPerDecode, long OperationsPerPrefill, long OperationsPerDecode)
{
    private const string Embedding = "token_embd.weight", Head = "output.weight";

    /// <summary>Counts. Reads no weight.</summary>
    /// <param name="source">The file.</param>
    /// <param name="lossy">How its matrices are packed with loss; null for as they are stored.</param>
    public static ModelWork Of(IModelSource source, LossyKind? lossy = null)
    {
        var ownHead = source.Tensors.Any(tensor => tensor.Name == Head);
        long bytes = 0, layers = 0, head = 0;
        foreach (var tensor in source.Tensors)
        {
            long rows = 1;
            for (var d = 1; d < tensor.Shape.Count; d++)
                rows = checked(rows * tensor.Shape[d]);
            if (tensor.Name != Embedding || !ownHead)
                bytes += BytesOf(tensor, rows, isHead: tensor.Name == (ownHead ? Head : Embedding), lossy);
            if (tensor.Name.StartsWith("blk.", StringComparison.Ordinal) && rows > 1)
                layers += 2 * rows * tensor.Shape[0];
            if (tensor.Name == (ownHead ? Head : Embedding))
                head = 2 * rows * tensor.Shape[0];
        }
        return new ModelWork(bytes, layers, layers + head);
    }

    private static long BytesOf(TensorInfo tensor, long rows, bool isHead, LossyKind? lossy) =>
        lossy is { } kind && (isHead || tensor.Name.StartsWith("blk.", StringComparison.Ordinal)) && rows > 1 && rows <= int.MaxValue && tensor.Shape.Count == 2
            ? LossyMatrix.BytesOf((int)rows, (int)tensor.Shape[0], isHead ? LossyKind.W8 : kind) ?? tensor.Bytes
            : tensor.Bytes;
}
