using Freehold.Kernels.Products;

namespace Freehold.Models.Files;

/// <summary>
/// A model's metadata and tensors under GGUF's names, whatever the file format (a safetensors folder is presented under the same names and keys).
/// The tensors' memory lives until the source is disposed.
/// </summary>
public interface IModelSource : IDisposable
{
    /// <summary>Where it came from, for messages.</summary>
    string Origin { get; }

    /// <summary>Lengths and times of change of the files, to tell whether something made from them is still theirs; empty where that is not known.</summary>
    string Stamp => "";

    /// <summary>The key-value metadata under GGUF's keys.</summary>
    ModelMetadata Metadata { get; }

    /// <summary>All tensors.</summary>
    IReadOnlyCollection<TensorInfo> Tensors { get; }

    /// <summary>Finds a tensor by its GGUF name, e.g. <c>blk.0.attn_q.weight</c>. A vector is a matrix of one row.</summary>
    bool TryGetMatrix(string name, out WeightMatrix matrix);
}
