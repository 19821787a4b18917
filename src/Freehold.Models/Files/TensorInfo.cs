using Freehold.Kernels.Blocks;

namespace Freehold.Models.Files;

/// <summary>A tensor's description.</summary>
/// <param name="Name">GGUF name.</param>
/// <param name="Type">Storage type.</param>
/// <param name="Shape">Dimensions, GGUF's order: the first is the row length.</param>
/// <param name="Bytes">Bytes in the file.</param>
public sealed record TensorInfo(string Name, TensorType Type, IReadOnlyList<long> Shape, long Bytes);
