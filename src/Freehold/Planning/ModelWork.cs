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
    public static ModelWork Of(IModelSource source)
    {
        var ownHead = source.Tensors.Any(tensor => tensor.Name == Head);
        long bytes = 0, layers = 0, head = 0;
        foreach (var tensor in source.Tensors)
        {
            long rows = 1;
            foreach (var extent in tensor.Shape.Skip(1))
                rows = checked(rows * extent);
            if (tensor.Name != Embedding || !ownHead)
                bytes += tensor.Bytes;
            if (tensor.Name.StartsWith("blk.", StringComparison.Ordinal) && rows > 1)
                layers += 2 * rows * tensor.Shape[0];
            if (tensor.Name == (ownHead ? Head : Embedding))
                head = 2 * rows * tensor.Shape[0];
        }
        return new ModelWork(bytes, layers, layers + head);
    }
}
