using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Serving;

/// <summary>One model that requests can name. What computes it stays hidden behind the two interfaces.</summary>
/// <param name="Id">The name in requests and answers.</param>
/// <param name="Created">When it came to be (the file's time); whole seconds go on the wire.</param>
/// <param name="OwnedBy">OpenAI's <c>owned_by</c>.</param>
/// <param name="Chat">Answers chats and completions; null for an encoder.</param>
/// <param name="Embeddings">Gives vectors; null for a model that has none.</param>
/// <param name="ContextLength">Tokens a sequence may have here, prompt and answer together.</param>
/// <param name="Note">What differs from the model's default and must be named in answers, e.g. <c>activations-8</c>; null for the default.</param>
/// <param name="Text">Its tokenizer and chat template; null where they are not known.</param>
/// <param name="Explain">Turns what the clients throw into what the requester may know; null for a failure that is not the requester's business.</param>
public sealed record ServedModel(
    string Id,
    DateTimeOffset Created,
    string OwnedBy,
    IChatClient? Chat,
    IEmbeddingGenerator<string, Embedding<float>>? Embeddings,
    int ContextLength,
    string? Note,
    IModelText? Text,
    Func<Exception, Refusal?> Explain)
{
    /// <summary>Scores documents against a query; null for what is no cross-encoder.</summary>
    public IReranker? Reranker { get; init; }

    /// <summary>What its file says of it; null where nobody looked.</summary>
    public ModelFacts? Facts { get; init; }
}
