namespace Freehold.Models.Inference;

/// <summary>Sizes of a model.</summary>
/// <param name="Architecture">The architecture's GGUF name, e.g. <c>llama</c>.</param>
/// <param name="VocabularySize">Logits per row.</param>
/// <param name="ContextLength">Positions the model was trained for.</param>
/// <param name="EmbeddingLength">Width of the residual stream.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Parameters">Number of weights, counted from the tensors.</param>
public sealed record ModelShape(string Architecture, int VocabularySize, int ContextLength, int EmbeddingLength, int Layers, long Parameters);
