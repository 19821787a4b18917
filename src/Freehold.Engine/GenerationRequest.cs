using Freehold.Engine.Constraints;
using Freehold.Engine.Sampling;
using Freehold.Engine.Scheduling;

namespace Freehold.Engine;

/// <summary>What to continue, and how.</summary>
public sealed record GenerationRequest
{
    /// <summary>The prompt's token ids, BOS included where the model wants it; at least one.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>How many tokens may be sampled at most; the context's end is a ceiling in any case. Null: as many as it has room for.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How the next token is chosen.</summary>
    public SamplingParameters Sampling { get; init; } = SamplingParameters.Default;

    /// <summary>Texts that end the answer; they are not part of it. At most 16 of at most 1,024 UTF-8 bytes.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>What the answer must look like; null: anything.</summary>
    public Constraint? Constraint { get; init; }

    /// <summary>How long it may think; null: as long as the model does.</summary>
    public ThinkingCeiling? Thinking { get; init; }

    /// <summary>
    /// Tokens that the answer is expected to hold, in about this order: a source of guesses, which are checked as all guesses are. The answer's tokens are the same without. Null: none.
    /// </summary>
    public IReadOnlyList<int>? Prediction { get; init; }

    /// <summary>Whether it may be guessed ahead (<see cref="EngineOptions.Speculation"/>): the tokens are the same without, so this is for measuring.</summary>
    public bool Speculation { get; init; } = true;

    /// <summary>Whether each token comes with its log-probability.</summary>
    public bool LogProbabilities { get; init; }

    /// <summary>How many of the likeliest tokens come with each token, 0 to 20; more than 0 needs <see cref="LogProbabilities"/> or <see cref="PromptLogProbabilities"/>.</summary>
    public int TopLogProbabilities { get; init; }

    /// <summary>Whether the prompt's tokens are scored too (<see cref="Streams.GenerationStream.PromptScores"/>), with the same number of alternatives. All of the prompt is computed then.</summary>
    public bool PromptLogProbabilities { get; init; }

    /// <summary>Whose request it is. Pages are shared inside a tenant only.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Who is to be treated fairly against others, inside the tenant: a user, a key, a connection.</summary>
    public string Client { get; init; } = "";

    /// <summary>Whether it goes before others or takes what they leave.</summary>
    public RequestPriority Priority { get; init; }

    /// <summary>When the first token must come at the latest, counted from submission: a request that by measured throughput cannot have it then is refused. Null: whenever it comes.</summary>
    public TimeSpan? FirstTokenWithin { get; init; }
}
