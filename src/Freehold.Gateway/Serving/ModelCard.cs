namespace Freehold.Gateway.Serving;

/// <summary>What is known of a model without loading it: enough to list it, to show it, and to refuse what it cannot do.</summary>
/// <param name="Id">The name in requests and answers.</param>
/// <param name="Created">When it came to be (the file's time).</param>
/// <param name="OwnedBy">OpenAI's <c>owned_by</c>.</param>
/// <param name="Chats">Whether it answers chats and completions.</param>
/// <param name="Embeds">Whether it gives vectors.</param>
/// <param name="ContextLength">Tokens a sequence may have, prompt and answer together: what is served where it is loaded, else the most it may become.</param>
public sealed record ModelCard(string Id, DateTimeOffset Created, string OwnedBy, bool Chats, bool Embeds, int ContextLength)
{
    /// <summary>Whether it is a cross-encoder. A model that gives vectors can rank by them too.</summary>
    public bool Reranks { get; init; }

    /// <summary>What differs from the model's default and must be named in answers; null for the default, or where it is not loaded.</summary>
    public string? Note { get; init; }

    /// <summary>What its file says of it; null where nobody looked.</summary>
    public ModelFacts? Facts { get; init; }

    /// <summary>Tells what its answers may hold while it is not loaded, as its template says; null where nobody looked.</summary>
    public Func<AnswerTraits>? Foreseen { get; init; }

    /// <summary>What its answers may hold besides text.</summary>
    internal AnswerTraits Traits => Loaded?.Text?.Traits ?? Foreseen?.Invoke() ?? AnswerTraits.None;

    /// <summary>The model's own name, where this is one more name that its owner gave it; null where <see cref="Id"/> is its own.</summary>
    public string? AliasOf { get; init; }

    /// <summary>The model where it is loaded now, for those who only look: it may be gone in a moment. A request holds a <see cref="ModelLease"/>.</summary>
    public ServedModel? Loaded { get; init; }

    /// <summary>What it does where it generates no text, for refusals.</summary>
    internal string Does => Reranks ? "ranks documents" : "gives embeddings";

    /// <summary>The card of a loaded model.</summary>
    public static ModelCard Of(ServedModel model) =>
        new(model.Id, model.Created, model.OwnedBy, model.Chat is not null, model.Embeddings is not null, model.ContextLength) { Reranks = model.Reranker is not null, Note = model.Note, Facts = model.Facts, Loaded = model };
}
