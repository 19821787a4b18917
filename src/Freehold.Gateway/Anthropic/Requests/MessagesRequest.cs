using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Anthropic.Requests;

/// <summary>A body of POST /v1/messages, every field read or refused.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Messages">The conversation, system messages included.</param>
/// <param name="Options">How it is answered.</param>
/// <param name="Stream">Whether the answer is sent as events.</param>
/// <param name="Inert">What nothing depends on.</param>
internal sealed record MessagesRequest(string? Model, IReadOnlyList<ChatMessage> Messages, ChatOptions Options, bool Stream, InertFields Inert)
{
    public static MessagesRequest Read(JsonElement body)
    {
        var fields = new Fields(body, AnthropicParameters.Messages);
        var model = fields.TakeString("model");
        var messages = ConversationFields.Take(fields);
        var options = new ChatOptions
        {
            MaxOutputTokens = fields.TakeInt32("max_tokens", 1, int.MaxValue) ?? throw RefusedException.Field("max_tokens", "Missing required parameter: 'max_tokens'.", "missing_required_parameter"),
            Temperature = fields.TakeSingle("temperature", 0, 1),
            TopP = fields.TakeSingle("top_p", 0, 1),
            TopK = fields.TakeInt32("top_k", 0, int.MaxValue),
            StopSequences = StopStringsField.Take(fields, "stop_sequences"),
            ResponseFormat = OutputFields.Take(fields),
            AdditionalProperties = [],
        };
        if (options.TopK == 0)
            options.TopK = null; // off
        var stream = fields.TakeBoolean("stream") ?? false;
        if (fields.TakeString("service_tier") is { } tier and not ("auto" or "standard_only"))
            throw RefusedException.Field("service_tier", $"'service_tier' is '{tier}'; it must be auto or standard_only.");
        fields.Finish();
        return new MessagesRequest(model, messages, options, stream, fields.Inert);
    }
}
