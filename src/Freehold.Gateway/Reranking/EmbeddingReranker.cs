using Freehold.Gateway.Identity;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Reranking;

/// <summary>Ranks by the cosine of a model's vectors: coarser than a cross-encoder, which reads both texts together. Texts are embedded as they are, without a prefix.</summary>
/// <param name="model">A model that gives vectors.</param>
/// <param name="principal">Who asks.</param>
/// <param name="user">The end user, or null.</param>
internal sealed class EmbeddingReranker(ServedModel model, Principal principal, string? user) : IReranker
{
    public async Task<RelevanceScores> ScoreAsync(string query, IReadOnlyList<string> documents, int? maxTokensPerDocument, CancellationToken cancellationToken)
    {
        var asked = await EmbedAsync([query], null, "query", cancellationToken);
        var vectors = await EmbedAsync(documents, maxTokensPerDocument, "documents", cancellationToken);
        var scores = new double[documents.Count];
        for (var i = 0; i < scores.Length; i++)
            scores[i] = Cosine(asked[0].Vector.Span, vectors[i].Vector.Span);
        var cut = vectors.AdditionalProperties?.TryGetValue("truncated", out var found) is true && found is IReadOnlyList<int> truncated ? truncated.Count : 0;
        return new RelevanceScores(scores, (vectors.Usage?.InputTokenCount ?? 0) + (asked.Usage?.InputTokenCount ?? 0), cut);
    }

    private async Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(IReadOnlyList<string> texts, int? maxTokens, string param, CancellationToken cancellationToken)
    {
        var generator = model.Embeddings ?? throw new InvalidOperationException($"'{model.Id}' gives no embeddings, and its card says that it does");
        var options = new EmbeddingGenerationOptions { AdditionalProperties = [] };
        principal.Stamp(options.AdditionalProperties, user);
        if (maxTokens is not null)
            options.AdditionalProperties["max_tokens"] = maxTokens.Value;
        try
        {
            var vectors = await generator.GenerateAsync(texts, options, cancellationToken);
            return vectors.Count == texts.Count ? vectors : throw new InvalidOperationException($"{texts.Count} texts were given and {vectors.Count} vectors came back");
        }
        catch (Exception e) when (model.Explain(e) is { Param: "input" } refusal)
        {
            throw new RefusedException(refusal with { Param = param }, e);
        }
    }

    // In one fixed order and in double precision, so that equal vectors give equal scores.
    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length)
            throw new InvalidOperationException($"vectors of {a.Length} and of {b.Length} dimensions came back");
        double dot = 0, squareA = 0, squareB = 0;
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            squareA += (double)a[i] * a[i];
            squareB += (double)b[i] * b[i];
        }
        return squareA > 0 && squareB > 0 ? dot / Math.Sqrt(squareA * squareB) : 0;
    }
}
