using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Responses.Requests;

/// <summary>Whether the model is to think before it answers (<c>reasoning</c>).</summary>
internal static class ReasoningFields
{
    public static ThinkingWish Take(Fields fields)
    {
        if (!fields.TryTake("reasoning", out var value))
            return new ThinkingWish();
        var reasoning = fields.Child("reasoning", value);
        var (effort, field) = (reasoning.TakeString("effort"), reasoning.PathOf("effort"));
        foreach (var name in (ReadOnlySpan<string>)["summary", "generate_summary"])
            if (reasoning.TakeString(name) is { } summary and not "auto")
                throw RefusedException.Field(reasoning.PathOf(name), $"'{reasoning.PathOf(name)}' is '{summary}'; no summaries are made here. Send auto or leave it out: thinking comes whole.", ErrorCodes.UnsupportedValue);
        reasoning.Finish();
        return effort switch
        {
            null => new ThinkingWish(),
            "none" => new ThinkingWish { On = false, Field = field, EffortField = field },
            "minimal" or "low" or "medium" or "high" or "xhigh" or "max" => new ThinkingWish { On = true, Effort = ThinkingWish.LevelOf(effort), Field = field, EffortField = field },
            _ => throw RefusedException.Field(field, $"'{field}' is '{effort}'; it must be none, minimal, low, medium, high, xhigh or max.", ErrorCodes.UnsupportedValue),
        };
    }
}
