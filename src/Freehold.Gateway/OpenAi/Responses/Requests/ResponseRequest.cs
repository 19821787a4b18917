using System.Text.Json;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Responses.Requests;

/// <summary>What goes before a request's own input.</summary>
/// <param name="PreviousId">A stored response; null for none.</param>
/// <param name="ConversationId">A stored conversation; null for none.</param>
internal readonly record struct Continued(string? PreviousId, string? ConversationId)
{
    public static Continued Take(Fields fields, bool conversations = true)
    {
        var previous = fields.TakeString("previous_response_id");
        var conversation = conversations ? Conversation(fields) : null;
        return previous is null || conversation is null ? new Continued(previous, conversation)
            : throw RefusedException.Field("conversation", "'conversation' and 'previous_response_id' exclude each other; give one of them.");
    }

    private static string? Conversation(Fields fields)
    {
        if (!fields.TryTake("conversation", out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return Fields.Text(value, "conversation");
        var named = fields.Child("conversation", value);
        var id = Fields.Text(named.Take("id"), named.PathOf("id"));
        named.Finish();
        return id;
    }
}

/// <summary>What a request wants besides the answer.</summary>
/// <param name="SealsReasoning">Thinking, sealed.</param>
/// <param name="Logprobs">Log-probabilities of the text's tokens.</param>
internal readonly record struct Included(bool SealsReasoning, bool Logprobs)
{
    private static readonly string[] Known =
    [
        "reasoning.encrypted_content", "message.output_text.logprobs", "file_search_call.results", "web_search_call.results", "web_search_call.action.sources",
        "message.input_image.image_url", "computer_call_output.output.image_url", "code_interpreter_call.outputs",
    ];

    public static Included Take(Fields fields)
    {
        if (!fields.TryTake("include", out var value))
            return default;
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("include", "an array of strings", value);
        var names = value.EnumerateArray().Select((item, index) => Fields.Text(item, $"include[{index}]")).ToList();
        var unknown = names.FindIndex(name => !Known.Contains(name));
        return unknown < 0 ? new Included(names.Contains(Known[0]), names.Contains(Known[1]))
            : throw RefusedException.Field($"include[{unknown}]", $"'include[{unknown}]' is '{names[unknown]}'; it must be one of {string.Join(", ", Known)}.");
    }
}

/// <summary>A body of POST /v1/responses, every field read or refused.</summary>
internal sealed record ResponseRequest
{
    public required string? Model { get; init; }
    public required IReadOnlyList<Item> Input { get; init; }
    public required string? Instructions { get; init; }
    public required Continued Continued { get; init; }
    public required ChatOptions Options { get; init; }
    public required ToolBox Tools { get; init; }
    public required ThinkingWish Thinking { get; init; }
    public required Included Included { get; init; }

    /// <summary>Whether it is stored; null where the request does not say.</summary>
    public required bool? Store { get; init; }
    public required bool Background { get; init; }
    public required bool Stream { get; init; }
    public required string? ServiceTier { get; init; }
    public required string? User { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>What of the request stands in the answer as it was sent.</summary>
    public required RequestEcho Echo { get; init; }
    public required InertFields Inert { get; init; }

    public static ResponseRequest Read(JsonElement body, ItemReader items)
    {
        var fields = new Fields(body, ResponseParameters.Create);
        var options = SamplingFields.Take(fields);
        options.MaxOutputTokens = fields.TakeInt32("max_output_tokens", 1, int.MaxValue);
        if (TemplateVariables.Take(fields) is { } variables)
            options.AdditionalProperties!["chat_template_kwargs"] = variables;
        var included = Included.Take(fields);
        TakeLogprobs(fields, options, included);
        TextFields.Take(fields, options);
        var request = new ResponseRequest
        {
            Model = fields.TakeString("model"),
            Input = items.Take(fields, "input"),
            Instructions = fields.TakeString("instructions"),
            Continued = Continued.Take(fields),
            Options = options,
            Tools = ToolBox.Take(fields, options),
            Thinking = ReasoningFields.Take(fields),
            Included = included,
            Store = fields.TakeBoolean("store"),
            Background = fields.TakeBoolean("background") ?? false,
            Stream = TakeStream(fields),
            ServiceTier = ChatRequest.Tier(fields, options),
            User = fields.TakeString("user"),
            Metadata = MetadataField.Take(fields) ?? MetadataField.None,
            Echo = RequestEcho.Of(body),
            Inert = fields.Inert,
        };
        fields.Finish();
        if (request is { Input.Count: 0, Continued: { PreviousId: null, ConversationId: null } })
            throw RefusedException.Field("input", "Missing required parameter: 'input'.", ErrorCodes.MissingRequiredParameter);
        if (request is { Background: true, Store: false })
            throw RefusedException.Field("background", "'background' needs 'store': an answer that nobody waits for must be kept until somebody asks.");
        return request;
    }

    private static bool TakeStream(Fields fields)
    {
        var stream = fields.TakeBoolean("stream") ?? false;
        if (!fields.TryTake("stream_options", out var value))
            return stream;
        if (!stream)
            throw RefusedException.Field("stream_options", "'stream_options' is only allowed when 'stream' is true.");
        fields.Child("stream_options", value).Finish();
        return true;
    }

    private static void TakeLogprobs(Fields fields, ChatOptions options, Included included)
    {
        var top = fields.TakeInt32("top_logprobs", 0, SamplingFields.MaxTopLogprobs);
        if (top is null or 0 && !included.Logprobs)
            return;
        options.AdditionalProperties!["logprobs"] = true;
        options.AdditionalProperties["top_logprobs"] = top ?? 0;
    }
}
