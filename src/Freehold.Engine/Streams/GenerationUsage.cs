namespace Freehold.Engine.Streams;

/// <summary>What an answer took.</summary>
/// <param name="PromptTokens">Tokens of the prompt, BOS and template included.</param>
/// <param name="CachedTokens">How many of them did not have to be computed, because their pages were shared.</param>
/// <param name="GeneratedTokens">Tokens sampled, the one that ended the answer included.</param>
/// <param name="DraftedTokens">Tokens guessed ahead and checked.</param>
/// <param name="AcceptedTokens">How many of the guesses came true: that many steps were saved.</param>
public readonly record struct GenerationUsage(int PromptTokens, int CachedTokens, int GeneratedTokens, int DraftedTokens = 0, int AcceptedTokens = 0)
{
    /// <summary>How many of the guesses came from the request's prediction.</summary>
    public int PredictedTokens { get; init; }

    /// <summary>How many of those came true.</summary>
    public int AcceptedPredictedTokens { get; init; }

    /// <summary>How many of the guesses a drafting model made.</summary>
    public int ModelDraftedTokens { get; init; }

    /// <summary>How many of those came true.</summary>
    public int AcceptedModelDraftedTokens { get; init; }

    /// <summary>How long it waited before anything of it was computed.</summary>
    public TimeSpan Queued { get; init; }
}
