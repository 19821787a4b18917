using System.Text.Json.Nodes;
using Freehold.Engine.Refusals;
using Freehold.Models.Templates.ToolUse;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Chat;

/// <summary>What a request wants of the thinking before an answer.</summary>
/// <param name="On">Whether the model is to think; null: as its template has it.</param>
/// <param name="Level">How much, in the words of templates that take <c>reasoning_effort</c>; others are switched only.</param>
internal readonly record struct ThinkingRequest(bool? On, string? Level)
{
    /// <summary>Reads <see cref="ChatOptions.Reasoning"/>, and <c>thinking</c> and <c>reasoning_effort</c>, which go before it.</summary>
    /// <exception cref="RequestRefusedException">The form of thinking's text was chosen.</exception>
    public static ThinkingRequest Of(ReasoningOptions? reasoning, bool? thinking, string? effort)
    {
        if (reasoning?.Output is not (null or ReasoningOutput.Full))
            throw new RequestRefusedException(RefusalCodes.UnsupportedParameter, "reasoning: thinking is told in full or not at all; leave Output out, or set Effort to None", "reasoning");
        return new ThinkingRequest(thinking ?? (reasoning?.Effort is { } asked ? asked != ReasoningEffort.None : null), effort ?? reasoning?.Effort switch
        {
            null or ReasoningEffort.None => null,
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            _ => "high",
        });
    }

    /// <summary>The template's variables that say so, with those that were given.</summary>
    /// <exception cref="RequestRefusedException">The model cannot be made to think, or not to, or what was given says the opposite.</exception>
    public JsonObject? Variables(JsonObject? given, AnswerFormat? answers)
    {
        if (On is null && Level is null)
            return given;
        var variables = given is null ? [] : (JsonObject)given.DeepClone();
        if (On is { } on)
            Switch(variables, on, answers);
        if (Level is not null && answers is { TakesEffort: true })
            variables.TryAdd("reasoning_effort", Level);
        return variables;
    }

    private static void Switch(JsonObject variables, bool on, AnswerFormat? answers)
    {
        if (answers?.Thinking is { } known)
        {
            if (variables.TryGetPropertyValue(known.Variable, out var value) && !(value is JsonValue said && said.TryGetValue<bool>(out var already) && already == on))
                throw new RequestRefusedException(RefusalCodes.InvalidParameter, $"thinking is to be {(on ? "on" : "off")}, but the template's variable '{known.Variable}' is given as {value?.ToJsonString() ?? "null"}; give one of them", "thinking");
            variables[known.Variable] = on;
        }
        else if (on != (answers is { Reasoning: not null } or { TakesEffort: true }))
        {
            throw new RequestRefusedException(RefusalCodes.UnsupportedParameter,
                on ? "thinking: this model does not think before it answers; leave it out" : "thinking: this model always thinks before it answers, and its template cannot switch that off; leave it out", "thinking");
        }
    }
}
