using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Responses.Requests;

/// <summary>Whether the model is to think before it answers.</summary>
/// <param name="Effort">What the request says; null for nothing.</param>
internal readonly record struct Thinking(string? Effort)
{
    public static Thinking Take(Fields fields)
    {
        if (!fields.TryTake("reasoning", out var value))
            return default;
        var reasoning = fields.Child("reasoning", value);
        var effort = reasoning.TakeString("effort");
        if (effort is not (null or "none" or "medium"))
            throw RefusedException.Field(reasoning.PathOf("effort"), $"'{reasoning.PathOf("effort")}' is '{effort}'; models here think or do not, and have no degrees of it. Send medium, none, or leave it out.", ErrorCodes.UnsupportedValue);
        foreach (var name in (ReadOnlySpan<string>)["summary", "generate_summary"])
            if (reasoning.TakeString(name) is { } summary and not "auto")
                throw RefusedException.Field(reasoning.PathOf(name), $"'{reasoning.PathOf(name)}' is '{summary}'; no summaries are made here. Send auto or leave it out: thinking comes whole.", ErrorCodes.UnsupportedValue);
        reasoning.Finish();
        return new Thinking(effort);
    }
}
