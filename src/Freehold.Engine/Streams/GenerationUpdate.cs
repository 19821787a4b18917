namespace Freehold.Engine.Streams;

/// <summary>One sampled token and the text that became certain with it.</summary>
/// <param name="TokenId">The token, control tokens included.</param>
/// <param name="Text">
/// Text to show: whole characters only, and nothing that may turn out to be the start of a stop string. Often empty.
/// </param>
/// <param name="LogProbability">Natural logarithm of the token's probability in the model's own distribution; NaN unless asked for.</param>
/// <param name="Alternatives">The likeliest tokens, best first; empty unless asked for.</param>
/// <param name="FinishReason">Other than <see cref="FinishReason.None"/> on the last update.</param>
/// <param name="Usage">What the answer has taken up to this token.</param>
public sealed record GenerationUpdate(
    int TokenId, string Text, float LogProbability, IReadOnlyList<TokenProbability> Alternatives, FinishReason FinishReason, GenerationUsage Usage);

/// <summary>A token and its log-probability.</summary>
/// <param name="TokenId">The token.</param>
/// <param name="LogProbability">Natural logarithm of its probability in the model's own distribution.</param>
public readonly record struct TokenProbability(int TokenId, float LogProbability);
