namespace Freehold.Gateway.Serving;

/// <summary>Says how well documents match a query. Safe from any thread; a score depends on the query and its document alone.</summary>
public interface IReranker
{
    /// <summary>One score a document.</summary>
    /// <param name="query">The question.</param>
    /// <param name="documents">The documents, at least one.</param>
    /// <param name="maxTokensPerDocument">Documents with more tokens are cut at their end; null lets nothing be cut: what is too long is refused.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Exception">What cannot be scored; the model's <see cref="ServedModel.Explain"/> words it.</exception>
    Task<RelevanceScores> ScoreAsync(string query, IReadOnlyList<string> documents, int? maxTokensPerDocument, CancellationToken cancellationToken);
}

/// <summary>How well documents match a query.</summary>
/// <param name="Scores">One a document, in their order, finite; higher is more relevant.</param>
/// <param name="Tokens">Tokens computed.</param>
/// <param name="Cut">How many documents were cut.</param>
public sealed record RelevanceScores(IReadOnlyList<double> Scores, long Tokens, int Cut);
