using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Answers;

/// <summary>Token counts of a whole answer: each prompt is counted once, however many choices continue it.</summary>
internal sealed class UsageTotals
{
    private readonly HashSet<int> _prompts = [];

    public long Prompt { get; private set; }
    public long Cached { get; private set; }
    public long Completion { get; private set; }

    /// <summary>Tokens guessed from a prediction that came true, and that did not; null where none was given.</summary>
    public (long Accepted, long Rejected)? Predicted { get; private set; }

    /// <summary>Tokens guessed ahead, and how many of them came true; null where none were.</summary>
    public (long Made, long True)? Guesses { get; private set; }

    /// <summary>Whether the model has told anything at all.</summary>
    public bool Known => _prompts.Count > 0;

    public void Add(int prompt, UsageDetails usage)
    {
        Completion += usage.OutputTokenCount ?? 0;
        if (usage.AdditionalCounts?.TryGetValue("accepted_prediction_tokens", out var accepted) is true && usage.AdditionalCounts.TryGetValue("rejected_prediction_tokens", out var rejected))
            Predicted = (accepted + (Predicted?.Accepted ?? 0), rejected + (Predicted?.Rejected ?? 0));
        if (usage.AdditionalCounts?.TryGetValue("drafted_tokens", out var drafted) is true && usage.AdditionalCounts.TryGetValue("accepted_drafted_tokens", out var came))
            Guesses = (drafted + (Guesses?.Made ?? 0), came + (Guesses?.True ?? 0));
        if (!_prompts.Add(prompt))
            return;
        Prompt += usage.InputTokenCount ?? 0;
        Cached += usage.CachedInputTokenCount
            ?? (usage.AdditionalCounts?.TryGetValue("cached_tokens", out var cached) is true ? cached : 0);
    }
}
