using Freehold.Models.Files;

namespace Freehold.Benching;

/// <summary>What one token costs, counted from a file's tensors.</summary>
/// <param name="BytesPerDecode">Bytes of weights read to decode one token: everything but an embedding table that is no output head too.</param>
/// <param name="OperationsPerPrefill">Operations in the layers' matrices for a token of a prompt (two for each weight; the output head is not needed there).</param>
internal readonly record struct ModelWork(long BytesPerDecode, long OperationsPerPrefill)
{
    /// <summary>Counts.</summary>
    public static ModelWork Of(IModelSource source)
    {
        var ownHead = source.TryGetMatrix("output.weight", out _);
        long bytes = 0, operations = 0;
        foreach (var tensor in source.Tensors)
        {
            if (!source.TryGetMatrix(tensor.Name, out var matrix))
                continue;
            if (tensor.Name != "token_embd.weight" || !ownHead)
                bytes += matrix.Bytes;
            if (tensor.Name.StartsWith("blk.", StringComparison.Ordinal) && matrix.Rows > 1)
                operations += 2L * matrix.Rows * matrix.Columns;
        }
        return new ModelWork(bytes, operations);
    }
}
