using System.Text.Json;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>A body of POST /v1/chat/completions, every field read or refused.</summary>
internal sealed record ChatRequest(string? Model, IReadOnlyList<ChatMessage> Messages, ChatOptions Options, int Choices, StreamFields Streaming, string? User)
{
    public const int MaxChoices = 16;

    public static ChatRequest Read(JsonElement body)
    {
        var fields = new Fields(body);
        var model = fields.TakeString("model");
        var messages = MessageReader.Read(fields.Take("messages"));
        var options = SamplingFields.Take(fields);
        options.MaxOutputTokens = MaxTokens(fields);
        TakeLogprobs(fields, options);
        var choices = fields.TakeInt32("n", 1, MaxChoices) ?? 1;
        var streaming = StreamFields.Take(fields);
        var user = fields.TakeString("user");
        RefuseUnsupported(fields);
        HarmlessFields.Take(fields);
        fields.RefuseTheRest();
        return new ChatRequest(model, messages, options, choices, streaming, user);
    }

    private static int? MaxTokens(Fields fields)
    {
        var old = fields.TakeInt32("max_tokens", 1, int.MaxValue);
        var current = fields.TakeInt32("max_completion_tokens", 1, int.MaxValue);
        return old is null || current is null || old == current ? current ?? old
            : throw RefusedException.Field("max_tokens", $"'max_tokens' is {old} and 'max_completion_tokens' is {current}; give only one of them.");
    }

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

    private static void RefuseUnsupported(Fields fields)
    {
        static bool IsEmptyArray(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;
        static bool Never(JsonElement value) => false;

        fields.RefuseUnless("tools", IsEmptyArray);
        fields.RefuseUnless("functions", IsEmptyArray);
        fields.RefuseUnless("tool_choice", value => HarmlessFields.IsOneOf(value, "none"));
        fields.RefuseUnless("function_call", value => HarmlessFields.IsOneOf(value, "none"));
        fields.RefuseUnless("response_format", IsText);
        foreach (var name in new[] { "parallel_tool_calls", "audio", "prediction", "reasoning_effort", "verbosity", "web_search_options" })
            fields.RefuseUnless(name, Never);
    }

    private static bool IsText(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Count() == 1
        && value.TryGetProperty("type", out var type) && HarmlessFields.IsOneOf(type, "text");
}
