using Freehold.Engine.Refusals;

namespace Freehold.Engine.Sampling;

/// <summary>How the next token is chosen; docs/sampling.md gives the order and the formulas.</summary>
public sealed record SamplingParameters
{
    /// <summary>Temperature 1, no filter, no penalty.</summary>
    public static SamplingParameters Default { get; } = new();

    /// <summary>Always the likeliest token.</summary>
    public static SamplingParameters Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Divides the logits; 0 takes the likeliest token (the lowest id of equals). 0 to 100.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keeps the k likeliest tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the likeliest tokens that together have at least this probability, one at the least; 0 to 1.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keeps tokens at least this likely relative to the likeliest; 0 to 1.</summary>
    public float MinP { get; init; }

    /// <summary>Keeps the most typical tokens (arXiv 2202.00666) that together have at least this probability, one at the least; 0 to 1.</summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>Divides positive logits of tokens seen in prompt or answer, and multiplies negative ones (arXiv 1909.05858); above 0, 1 is off.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>How many of the last tokens the repetition penalty looks at; 0: all.</summary>
    public int RepetitionWindow { get; init; }

    /// <summary>Subtracted from the logits of tokens already in the answer; -2 to 2.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from a token's logit for each time it is already in the answer; -2 to 2.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of single tokens, before anything else; -100 to 100.</summary>
    public IReadOnlyDictionary<int, float> LogitBias
    {
        get;
        init
        {
            field = value;
            Biases = value.Count == 0 ? [] : [.. value.OrderBy(bias => bias.Key)];
        }
    } = new Dictionary<int, float>();

    /// <summary><see cref="LogitBias"/> to be gone through without allocating, by ascending id.</summary>
    internal KeyValuePair<int, float>[] Biases { get; private init; } = [];

    /// <summary>Of the random numbers; null draws one, which the stream tells.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Checks every range.</summary>
    /// <exception cref="RequestRefusedException">A value is outside; the message names it, its value and the range.</exception>
    internal void Check(int vocabulary)
    {
        Demand(Temperature is >= 0 and <= 100, "temperature", Temperature, "0 to 100");
        Demand(TopK >= 0, "top_k", TopK, "0 (off) or more");
        Demand(TopP is >= 0 and <= 1, "top_p", TopP, "0 to 1 (off)");
        Demand(MinP is >= 0 and <= 1, "min_p", MinP, "0 (off) to 1");
        Demand(TypicalP is >= 0 and <= 1, "typical_p", TypicalP, "0 to 1 (off)");
        Demand(RepetitionPenalty is > 0 and <= 100, "repetition_penalty", RepetitionPenalty, "above 0, up to 100");
        Demand(RepetitionWindow >= 0, "repetition_window", RepetitionWindow, "0 (all) or more");
        Demand(PresencePenalty is >= -2 and <= 2, "presence_penalty", PresencePenalty, "-2 to 2");
        Demand(FrequencyPenalty is >= -2 and <= 2, "frequency_penalty", FrequencyPenalty, "-2 to 2");
        foreach (var (id, bias) in LogitBias)
        {
            Demand(id >= 0 && id < vocabulary, "logit_bias", id, $"token ids 0 to {vocabulary - 1}");
            Demand(bias is >= -100 and <= 100, "logit_bias", bias, "-100 to 100");
        }
    }

    private static void Demand(bool holds, string parameter, float value, string range)
    {
        if (!holds)
            throw new RequestRefusedException(RefusalCodes.InvalidParameter, $"{parameter} is {value}; it must be {range}", parameter);
    }
}
