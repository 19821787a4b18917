using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Ollama.Requests;

/// <summary>What chat and generate have in common: how an answer is made and sent.</summary>
/// <param name="Options">How it is made.</param>
/// <param name="Context">The context asked for, or null.</param>
/// <param name="Thinking">What is wanted of thinking, which depends on the model.</param>
/// <param name="Stream">Whether it is sent piece by piece.</param>
/// <param name="KeepAlive">How long the model stays afterwards; null where that is not said.</param>
/// <param name="Inert">What nothing depends on.</param>
internal sealed record AnswerFields(ChatOptions Options, int? Context, ThinkingWish Thinking, bool Stream, TimeSpan? KeepAlive, InertFields Inert)
{
    private const int MaxTopLogprobs = 20;

    public static AnswerFields Take(Fields fields, JsonElement body)
    {
        var (options, context) = OptionFields.Take(fields);
        options.ResponseFormat = Format(fields);
        var logprobs = fields.TakeBoolean("logprobs") ?? false;
        var top = fields.TakeInt32("top_logprobs", 0, MaxTopLogprobs);
        if (top > 0 && !logprobs)
            throw RefusedException.Field("top_logprobs", "'top_logprobs' is only allowed when 'logprobs' is true.");
        if (logprobs)
        {
            options.AdditionalProperties!["logprobs"] = true;
            options.AdditionalProperties["top_logprobs"] = top ?? 0;
        }
        return new AnswerFields(options, context, ThinkingOf(fields), fields.TakeBoolean("stream") ?? true, TakeKeepAlive(fields), fields.Inert);
    }

    private static ThinkingWish ThinkingOf(Fields fields)
    {
        var none = new ThinkingWish { Field = "think", EffortField = "think", Insists = true };
        if (!fields.TryTake("think", out var value))
            return none;
        return value.ValueKind switch
        {
            JsonValueKind.True => none with { On = true },
            JsonValueKind.False => none with { On = false },
            JsonValueKind.String when Values.IsOneOf(value, "low", "medium", "high", "max") => none with { On = true, Effort = ThinkingWish.LevelOf(Fields.Text(value, "think")) },
            JsonValueKind.String => throw RefusedException.Field("think", "'think' must be true, false, 'low', 'medium', 'high' or 'max'.", ErrorCodes.UnsupportedValue),
            _ => throw Fields.WrongType("think", "a boolean, or a level", value),
        };
    }

    /// <summary>How long the model stays when the request has ended; null where that is not said.</summary>
    public static TimeSpan? TakeKeepAlive(Fields fields)
    {
        if (!fields.TryTake("keep_alive", out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDouble(out var seconds) => Serving.KeepAlive.OfSeconds(seconds),
            JsonValueKind.String when Serving.KeepAlive.TryParse(value.GetString()!, out var time) => time,
            _ => throw RefusedException.Field("keep_alive", "'keep_alive' must be seconds, or a time such as \"5m\" or \"1h30m\"; below 0 keeps the model, 0 lets it go."),
        };
    }

    private static ChatResponseFormat? Format(Fields fields)
    {
        if (!fields.TryTake("format", out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.String when value.ValueEquals("") => null,
            JsonValueKind.String when value.ValueEquals("json") => ChatResponseFormat.Json,
            JsonValueKind.Object => ChatResponseFormat.ForJsonSchema(WellFormed.Copy(value, "format")),
            JsonValueKind.String => throw RefusedException.Field("format", "'format' must be 'json' or a JSON Schema.", ErrorCodes.UnsupportedValue),
            _ => throw Fields.WrongType("format", "'json' or a JSON Schema", value),
        };
    }
}
