using System.Text.Json;
using Freehold.Gateway.Requests;
using static Freehold.Gateway.Requests.Parameter;

namespace Freehold.Gateway.Anthropic.Requests;

/// <summary>The parameters of Anthropic's API (platform.claude.com/docs/en/api/messages, and the types of its official client).</summary>
internal static class AnthropicParameters
{
    private static readonly Parameter[] Conversation =
    [
        Honoured("model"),
        Honoured("system", "a string or blocks of type `text`"),
        Honoured("system[].type"),
        Honoured("system[].text"),
        Inert("system[].cache_control", "a cache hint; prefixes are always cached"),
        Refused("system[].citations", "is not supported", Values.IsEmptyArray),
        Honoured("messages", "shaped for the model's template as described below; the last may not be the assistant's"),
        Honoured("messages[].role", "`user`, `assistant`, `system`"),
        Honoured("messages[].content", "a string or blocks: `text`; of the user also `tool_result`, of the assistant also `thinking`, `redacted_thinking` and `tool_use`; other blocks are refused"),
        Honoured("messages[].content[].type"),
        Honoured("messages[].content[].text"),
        Honoured("messages[].content[].thinking", "where the model's template reads it; otherwise inert"),
        Honoured("messages[].content[].signature", "must fit the thinking, as this server signed it"),
        Honoured("messages[].content[].data", "of `redacted_thinking`, which no prompt shows; inert"),
        Honoured("messages[].content[].id"),
        Honoured("messages[].content[].name"),
        Honoured("messages[].content[].input", "an object"),
        Honoured("messages[].content[].tool_use_id", "of an earlier `tool_use`"),
        Honoured("messages[].content[].content", "of a result: a string or blocks of type `text`"),
        Honoured("messages[].content[].content[].type"),
        Honoured("messages[].content[].content[].text"),
        Inert("messages[].content[].content[].cache_control", "a cache hint; prefixes are always cached"),
        Honoured("messages[].content[].is_error", "true puts `Error: ` before the result, since templates have no other place for it"),
        Refused("messages[].content[].caller", "can only be the model itself", value => IsOfType(value, "direct")),
        Refused("messages[].content[].toolset_name", "is not supported"),
        Inert("messages[].content[].cache_control", "a cache hint; prefixes are always cached"),
        Refused("messages[].content[].citations", "is not supported", Values.IsEmptyArray),
        Inert("cache_control", "a cache hint; prefixes are always cached"),
        Honoured("tools", "up to 512 of the client's own; those that Anthropic runs (`web_search_...` and such) are not offered and named in `Freehold-Inert`, and refused where `tool_choice` demands one; those without a schema (`bash_...`) are refused"),
        Honoured("tools[].type", "`custom`"),
        Honoured("tools[].name", "1 to 128 of A-Z, a-z, 0-9, _, -, ., : and /"),
        Honoured("tools[].description"),
        Honoured("tools[].input_schema", "JSON Schema; the input is held to it once a call has begun"),
        Honoured("tools[].strict", "true: what cannot be enforced is refused with its JSON pointer; false, the default: it is named in `Freehold-Unenforced`"),
        Honoured("tools[].eager_input_streaming", "true streams the input while it is written; otherwise it is told when it is whole and known to satisfy its schema"),
        Inert("tools[].cache_control", "a cache hint; prefixes are always cached"),
        Refused("tools[].input_examples", "is not supported; put examples into the description", Values.IsEmptyArray),
        Refused("tools[].defer_loading", "is not supported; every tool is shown", Values.IsFalse),
        Refused("tools[].allowed_callers", "can only be the model itself", value => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => Values.IsOneOf(item, "direct"))),
        Honoured("tool_choice"),
        Honoured("tool_choice.type", "`auto`, `any`, `tool`, `none`; `any` and `tool` force a call from the first token"),
        Honoured("tool_choice.name", "with `tool` only"),
        Honoured("tool_choice.disable_parallel_tool_use", "true allows one call an answer"),
        Honoured("thinking", "switched where the model's template can ([tools](tools.md)); `enabled` is inert for a model that never thinks"),
        Honoured("thinking.type", "`enabled`, `disabled`, `adaptive` (as the template has it)"),
        Honoured("thinking.budget_tokens", "with `enabled`: from 1,024 and below `max_tokens`; there the thinking is closed for the model"),
        Honoured("thinking.display", "`summarized`, which tells all of it"),
        Refused("mcp_servers", "asks for the network, which is never used", Values.IsEmptyArray),
        Refused("speed", "cannot be chosen", value => Values.IsOneOf(value, "standard")),
        Inert("context_management", "edits of type `clear_thinking_...`: which earlier thinking a prompt shows is the template's rule; other edits are refused"),
    ];

    private static readonly Parameter[] Format =
    [
        Honoured("output_config"),
        Honoured("output_config.format", "`json_schema`, which is enforced; with tools the answer is calls or such a text"),
        Honoured("output_config.format.type"),
        Honoured("output_config.format.schema"),
        Honoured("output_config.effort", "`low` to `max`, where the model's template takes an effort; otherwise inert"),
    ];

    /// <summary>POST /v1/messages.</summary>
    public static ParameterTable Messages { get; } = new("POST /v1/messages",
    [
        .. Conversation,
        Honoured("max_tokens", "required; a ceiling: an answer ends at the context's end with `model_context_window_exceeded`"),
        Honoured("temperature", "0 to 1, 1 unless given; 0 takes the likeliest token"),
        Honoured("top_p", "0 to 1"),
        Honoured("top_k", "0 is off"),
        Honoured("stop_sequences", "up to 16 strings"),
        Honoured("stream"),
        Honoured("service_tier", "`auto` and `standard_only`; there is no tier but the standard one"),
        .. Format,
        Inert("metadata", "tracking; nothing is stored"),
        Refused("thread", "would keep the conversation, which is not supported"),
        Refused("container", "is not supported"),
        Refused("diagnostics", "is not supported"),
        Refused("inference_geo", "cannot be chosen; it is computed here"),
    ]);

    /// <summary>POST /v1/messages/count_tokens.</summary>
    public static ParameterTable CountTokens { get; } = new("POST /v1/messages/count_tokens",
    [
        .. Conversation,
        .. Format,
    ]);

    private static bool IsOfType(JsonElement value, string type) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("type", out var named) && Values.IsOneOf(named, type);
}
