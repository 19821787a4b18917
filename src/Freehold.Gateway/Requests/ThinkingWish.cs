using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Requests;

/// <summary>
/// What a request wants of the thinking before an answer. The one rule for all dialects (docs/tools.md): it is switched where the model's template can. A model that never thinks leaves what asks
/// for thinking without effect, which is named; one that always thinks cannot be asked not to. How much it is to think counts where the template takes that, and is named where it does not.
/// </summary>
internal sealed record ThinkingWish
{
    /// <summary>Whether it is to think; null: as the template has it.</summary>
    public bool? On { get; init; }

    /// <summary>The field that says so, for refusals and the header.</summary>
    public string Field { get; init; } = "thinking";

    /// <summary>Whether a model that never thinks is a reason to refuse.</summary>
    public bool Insists { get; init; }

    /// <summary>How much: <c>low</c>, <c>medium</c> or <c>high</c>; null: as the template has it.</summary>
    public string? Effort { get; init; }

    /// <summary>The field that says how much.</summary>
    public string EffortField { get; init; } = "reasoning_effort";

    /// <summary>Tokens after which the thinking is closed for the model; null: none.</summary>
    public int? Budget { get; init; }

    /// <summary>The level that templates know, for a level that a dialect has.</summary>
    public static string LevelOf(string effort) => effort switch
    {
        "minimal" => "low",
        "xhigh" or "max" => "high",
        _ => effort,
    };

    /// <summary>Puts it into the options of an answer by that model.</summary>
    /// <exception cref="RefusedException">The model cannot do it.</exception>
    public void Apply(ChatOptions options, ServedModel model, InertFields inert)
    {
        var traits = model.Text?.Traits ?? AnswerTraits.None;
        if (On == false && traits is { Thinks: true, SwitchesThinking: false })
            throw RefusedException.Field(Field, $"'{Field}' asks for an answer without thinking; '{model.Id}' always thinks, and its template cannot switch that off. Leave it out, or name another model.", ErrorCodes.UnsupportedValue);
        if (On == true && !traits.Thinks && Insists)
            throw RefusedException.Field(Field, $"'{Field}' asks for thinking; '{model.Id}' does not think before it answers. Leave it out, or name another model.", ErrorCodes.UnsupportedValue);
        if (On == true && !traits.Thinks)
            inert.Add(Field);
        else if (On is { } on && traits.SwitchesThinking)
            options.AdditionalProperties!["thinking"] = on;
        if (Effort is not null && traits.TakesEffort)
            options.AdditionalProperties!["reasoning_effort"] = Effort;
        else if (Effort is not null)
            inert.Add(EffortField);
        if (Budget is { } budget && traits.Thinks)
            options.AdditionalProperties!["thinking_budget"] = budget;
    }
}
