using Freehold.Engine.Reranking;
using Freehold.Gateway.Serving;

namespace Freehold.Hosting;

/// <summary>A cross-encoder as the gateway asks for it.</summary>
/// <param name="reranker">The engine's.</param>
internal sealed class EngineReranker(CrossEncoderReranker reranker) : IReranker
{
    public async Task<RelevanceScores> ScoreAsync(string query, IReadOnlyList<string> documents, int? maxTokensPerDocument, CancellationToken cancellationToken)
    {
        var scores = await reranker.ScoreAsync(query, documents, maxTokensPerDocument, cancellationToken);
        return new RelevanceScores(scores.Scores, scores.Tokens, scores.Cut.Count);
    }
}
