namespace Freehold.Engine.Reranking;

/// <summary>How well documents match a query.</summary>
/// <param name="Scores">One a document, in their order: 0 to 1, higher is more relevant.</param>
/// <param name="Tokens">Tokens computed, the query's once for each document.</param>
/// <param name="Cut">Indexes of the documents that were cut, ascending.</param>
public sealed record PairScores(IReadOnlyList<double> Scores, long Tokens, IReadOnlyList<int> Cut);
