using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Anthropic.Requests;

/// <summary>A body of POST /v1/messages or /v1/messages/count_tokens, every field read or refused.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Messages">The conversation, system messages included.</param>
/// <param name="Options">How it is answered.</param>
/// <param name="Thinking">What it wants of thinking, which depends on the model.</param>
/// <param name="Eager">Tools whose input is told while it is written.</param>
/// <param name="Stream">Whether the answer is sent as events.</param>
/// <param name="Inert">What nothing depends on.</param>
internal sealed record MessagesRequest(
    string? Model, IReadOnlyList<ChatMessage> Messages, ChatOptions Options, ThinkingWish Thinking, IReadOnlySet<string> Eager, bool Stream, InertFields Inert)
{
    public static MessagesRequest Read(JsonElement body, ThinkingSignature signatures)
    {
        var fields = new Fields(body, AnthropicParameters.Messages);
        var options = new ChatOptions
        {
            MaxOutputTokens = fields.TakeInt32("max_tokens", 1, int.MaxValue) ?? throw RefusedException.Field("max_tokens", "Missing required parameter: 'max_tokens'.", ErrorCodes.MissingRequiredParameter),
            Temperature = fields.TakeSingle("temperature", 0, 1),
            TopP = fields.TakeSingle("top_p", 0, 1),
            TopK = fields.TakeInt32("top_k", 0, int.MaxValue),
            StopSequences = StopStringsField.Take(fields, "stop_sequences"),
            AdditionalProperties = [],
        };
        if (options.TopK == 0)
            options.TopK = null; // off
        var stream = fields.TakeBoolean("stream") ?? false;
        if (fields.TakeString("service_tier") is { } tier and not ("auto" or "standard_only"))
            throw RefusedException.Field("service_tier", $"'service_tier' is '{tier}'; it must be auto or standard_only.");
        return Read(fields, body, options, stream, signatures);
    }

    /// <summary>A request that is only counted.</summary>
    public static MessagesRequest ReadCount(JsonElement body, ThinkingSignature signatures) =>
        Read(new Fields(body, AnthropicParameters.CountTokens), body, new ChatOptions { AdditionalProperties = [] }, false, signatures);

    // What both have, and what a prompt is made of.
    private static MessagesRequest Read(Fields fields, JsonElement body, ChatOptions options, bool stream, ThinkingSignature signatures)
    {
        var model = fields.TakeString("model");
        var messages = ConversationFields.Take(fields, signatures);
        var tools = ToolFields.Take(fields, options);
        var output = OutputFields.Take(fields);
        options.ResponseFormat = output.Format;
        var thinking = ThinkingFields.Take(fields, options.MaxOutputTokens, output.Effort);
        ContextEdits.Check(body);
        fields.Finish();
        return new MessagesRequest(model, messages, options, thinking, tools.Eager, stream, fields.Inert);
    }
}
