using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>A body of POST /v1/chat/completions, every field read or refused.</summary>
internal sealed record ChatRequest(
    string? Model, IReadOnlyList<ChatMessage> Messages, ChatOptions Options, ThinkingWish Thinking, IReadOnlySet<string> CustomTools, int Choices, StreamFields Streaming, string? ServiceTier, string? User, InertFields Inert)
{
    public const int MaxChoices = 16;

    public static ChatRequest Read(JsonElement body)
    {
        var fields = new Fields(body, OpenAiParameters.Chat);
        var model = fields.TakeString("model");
        var messages = MessageReader.Take(fields);
        var options = SamplingFields.Take(fields);
        options.MaxOutputTokens = MaxTokens(fields);
        TakeLogprobs(fields, options);
        ResponseFormatFields.Take(fields, options);
        var custom = ToolFields.Take(fields, options);
        if (PredictionField.Take(fields) is { } prediction)
            options.AdditionalProperties!["prediction"] = prediction;
        if (TemplateVariables.Take(fields) is { } variables)
            options.AdditionalProperties!["chat_template_kwargs"] = variables;
        var choices = fields.TakeInt32("n", 1, MaxChoices) ?? 1;
        var streaming = StreamFields.Take(fields);
        var tier = Tier(fields, options);
        var user = fields.TakeString("user");
        var thinking = ThinkingOf(fields);
        fields.Finish();
        return new ChatRequest(model, messages, options, thinking, custom, choices, streaming, tier, user, fields.Inert);
    }

    private static int? MaxTokens(Fields fields)
    {
        var old = fields.TakeInt32("max_tokens", 1, int.MaxValue);
        var current = fields.TakeInt32("max_completion_tokens", 1, int.MaxValue);
        return old is null || current is null || old == current ? current ?? old
            : throw RefusedException.Field("max_tokens", $"'max_tokens' is {old} and 'max_completion_tokens' is {current}; give only one of them.");
    }

    private static ThinkingWish ThinkingOf(Fields fields) => fields.TakeString("reasoning_effort") switch
    {
        null => new ThinkingWish(),
        "none" => new ThinkingWish { On = false, Field = "reasoning_effort" },
        var effort and ("minimal" or "low" or "medium" or "high" or "xhigh" or "max") => new ThinkingWish { On = true, Effort = ThinkingWish.LevelOf(effort), Field = "reasoning_effort" },
        var other => throw RefusedException.Field("reasoning_effort", $"'reasoning_effort' is '{other}'; it must be none, minimal, low, medium, high, xhigh or max.", ErrorCodes.UnsupportedValue),
    };

    private static void TakeLogprobs(Fields fields, ChatOptions options)
    {
        var wanted = fields.TakeBoolean("logprobs") ?? false;
        var top = fields.TakeInt32("top_logprobs", 0, SamplingFields.MaxTopLogprobs);
        if (top is not null && !wanted)
            throw RefusedException.Field("top_logprobs", "'top_logprobs' is only allowed when 'logprobs' is true.");
        if (!wanted)
            return;
        options.AdditionalProperties!["logprobs"] = true;
        options.AdditionalProperties["top_logprobs"] = top ?? 0;
    }

    // Who names a tier is told the tier that answered, as at OpenAI.
    public static string? Tier(Fields fields, ChatOptions options)
    {
        switch (fields.TakeString("service_tier"))
        {
            case null:
                return null;
            case "auto" or "default":
                return "default";
            case "flex":
                options.AdditionalProperties!["priority"] = "batch"; // behind what somebody waits for
                return "flex";
            case var other:
                throw RefusedException.Field("service_tier", $"'service_tier' is '{other}'; here are 'default', and 'flex', which goes behind it.", ErrorCodes.UnsupportedValue);
        }
    }
}

/// <summary>Further variables of a chat template, as vLLM and llama.cpp name them.</summary>
internal static class TemplateVariables
{
    private static readonly string[] Own = ["messages", "tools", "add_generation_prompt"];

    public static JsonObject? Take(Fields fields)
    {
        if (!fields.TryTake("chat_template_kwargs", out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            throw Fields.WrongType("chat_template_kwargs", "an object", value);
        foreach (var variable in value.EnumerateObject())
            if (Own.Contains(Fields.NameOf(variable)))
                throw RefusedException.Field($"chat_template_kwargs.{variable.Name}", $"'chat_template_kwargs.{variable.Name}' is a field of the request itself; it cannot be given as a variable of the template.");
        return JsonObject.Create(value.Clone());
    }
}
