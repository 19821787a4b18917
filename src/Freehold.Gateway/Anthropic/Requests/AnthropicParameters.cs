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
        Honoured("messages[].content", "a string or blocks of type `text`; other blocks are refused"),
        Honoured("messages[].content[].type"),
        Honoured("messages[].content[].text"),
        Inert("messages[].content[].cache_control", "a cache hint; prefixes are always cached"),
        Refused("messages[].content[].citations", "is not supported", Values.IsEmptyArray),
        Inert("cache_control", "a cache hint; prefixes are always cached"),
        Refused("tools", "is not supported yet", Values.IsEmptyArray),
        Refused("tool_choice", "is not supported yet", value => IsOfType(value, "none")),
        Refused("thinking", "is not supported yet", value => IsOfType(value, "disabled")),
        Refused("mcp_servers", "asks for the network, which is never used", Values.IsEmptyArray),
        Refused("speed", "cannot be chosen", value => Values.IsOneOf(value, "standard")),
        Inert("context_management", "edits tools' results and thinking, of which there are none"),
    ];

    private static readonly Parameter[] Format =
    [
        Honoured("output_config"),
        Honoured("output_config.format", "`json_schema`, which is enforced"),
        Honoured("output_config.format.type"),
        Honoured("output_config.format.schema"),
        Refused("output_config.effort", "cannot be chosen yet"),
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
