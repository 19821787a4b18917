using Freehold.Models.Inference;

namespace Freehold.Models.Architectures;

/// <summary>An encoder composed, by what it ends in: one of the two is there.</summary>
internal sealed record BuiltEncoder(EmbeddingModel? Embedding, RankingModel? Ranking);
