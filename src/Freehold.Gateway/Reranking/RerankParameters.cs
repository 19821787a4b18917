using Freehold.Gateway.Requests;
using static Freehold.Gateway.Requests.Parameter;

namespace Freehold.Gateway.Reranking;

/// <summary>The parameters of Jina's (jina.ai/reranker) and of Cohere's rerank (docs.cohere.com/reference/rerank, v2 and what was v1's alone).</summary>
internal static class RerankParameters
{
    private static IReadOnlyList<Parameter> Both =>
    [
        Honoured("model", "a cross-encoder, or a model of embeddings"),
        Honoured("query"),
        Honoured("documents", "1 to 2,048: strings, or objects with `text`"),
        Honoured("documents[].text"),
        Honoured("top_n", "how many results at most; all unless given"),
        Honoured("max_tokens_per_doc", "documents of more tokens are cut at their end, and `Freehold-Truncated` says how many were; unless given nothing is cut: what is too long is refused with the numbers"),
        Refused("max_chunks_per_doc", "is not supported: a document is scored as one text", Values.IsOne),
        Refused("rank_fields", "is not supported: documents have one field, 'text'"),
    ];

    /// <summary>POST /v1/rerank, and /rerank.</summary>
    public static ParameterTable Jina { get; } = new("POST /v1/rerank",
    [
        .. Both,
        Honoured("return_documents", "true unless given, as at Jina"),
        Honoured("user", "beyond Jina's: clients are treated fairly by address and `user`"),
        Refused("return_embeddings", "is not supported; /v1/embeddings gives vectors", Values.IsFalse),
    ]);

    /// <summary>POST /v2/rerank.</summary>
    public static ParameterTable Cohere { get; } = new("POST /v2/rerank",
    [
        .. Both,
        Honoured("return_documents", "false unless given, as at Cohere"),
        Honoured("user", "beyond Cohere's: clients are treated fairly by address and `user`"),
        Inert("priority", "requests are served in turns"),
    ]);
}
