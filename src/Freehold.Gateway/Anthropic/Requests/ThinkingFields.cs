using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Anthropic.Requests;

/// <summary>What a request wants of thinking: <c>thinking</c>, and how much, <c>output_config.effort</c>.</summary>
internal static class ThinkingFields
{
    private const int LeastBudget = 1024;

    /// <summary>Takes <c>thinking</c>.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="maxTokens">The answer's ceiling, which a budget must stay below; null where there is none.</param>
    /// <param name="effort">How much, as <see cref="OutputFields"/> read it.</param>
    public static ThinkingWish Take(Fields fields, int? maxTokens, string? effort)
    {
        var wish = new ThinkingWish { Effort = effort, EffortField = "output_config.effort" };
        if (!fields.TryTake("thinking", out var value))
            return wish;
        var thinking = fields.Child("thinking", value);
        var budget = thinking.TakeInt32("budget_tokens", LeastBudget, int.MaxValue);
        var display = thinking.TakeString("display");
        var type = Fields.Text(thinking.Take("type"), thinking.PathOf("type"));
        thinking.Finish();
        if (display is not (null or "summarized"))
            throw RefusedException.Field(thinking.PathOf("display"), $"'{thinking.PathOf("display")}' is '{display}'; thinking is told in full here, so it can only be summarized, or left out.", ErrorCodes.UnsupportedValue);
        if ((type == "enabled") != budget is not null)
            throw RefusedException.Field(thinking.PathOf("budget_tokens"), type == "enabled" ? $"Missing required parameter: '{thinking.PathOf("budget_tokens")}'." : $"'{thinking.PathOf("budget_tokens")}' is only allowed when 'thinking.type' is enabled.",
                type == "enabled" ? ErrorCodes.MissingRequiredParameter : ErrorCodes.InvalidValue);
        if (budget >= maxTokens)
            throw RefusedException.Field(thinking.PathOf("budget_tokens"), $"'{thinking.PathOf("budget_tokens")}' is {budget}; it must be less than 'max_tokens', which is {maxTokens}.");
        return type switch
        {
            "enabled" => wish with { On = true, Budget = budget },
            "disabled" => wish with { On = false },
            "adaptive" => wish, // the model decides, as its template has it
            _ => throw RefusedException.Field(thinking.PathOf("type"), $"'{thinking.PathOf("type")}' is '{type}'; it must be enabled, disabled or adaptive.", ErrorCodes.UnsupportedValue),
        };
    }
}
