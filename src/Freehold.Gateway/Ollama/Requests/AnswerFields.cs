using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Ollama.Requests;

/// <summary>What chat and generate have in common: how an answer is made and sent.</summary>
/// <param name="Options">How it is made.</param>
/// <param name="Context">The context asked for, or null.</param>
/// <param name="Stream">Whether it is sent piece by piece.</param>
/// <param name="Unload">Whether the model is to be unloaded where there is nothing to answer (<c>keep_alive</c> 0).</param>
/// <param name="Inert">What nothing depends on.</param>
internal sealed record AnswerFields(ChatOptions Options, int? Context, bool Stream, bool Unload, InertFields Inert)
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
        return new AnswerFields(options, context, fields.TakeBoolean("stream") ?? true, IsZero(body), fields.Inert);
    }

    private static bool IsZero(JsonElement body) =>
        body.TryGetProperty("keep_alive", out var stay) && stay.ValueKind switch
        {
            JsonValueKind.Number => stay.TryGetDouble(out var seconds) && seconds == 0,
            JsonValueKind.String => stay.ValueEquals("0") || stay.ValueEquals("0s") || stay.ValueEquals("0m"),
            _ => false,
        };

    private static ChatResponseFormat? Format(Fields fields)
    {
        if (!fields.TryTake("format", out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.String when value.ValueEquals("") => null,
            JsonValueKind.String when value.ValueEquals("json") => ChatResponseFormat.Json,
            JsonValueKind.Object => ChatResponseFormat.ForJsonSchema(value.Clone()),
            JsonValueKind.String => throw RefusedException.Field("format", "'format' must be 'json' or a JSON Schema.", "unsupported_value"),
            _ => throw Fields.WrongType("format", "'json' or a JSON Schema", value),
        };
    }
}
