using System.Text.Json;
using Freehold.Gateway.Requests;
using static Freehold.Gateway.Requests.Parameter;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>
/// Every parameter that OpenAI documents for these endpoints (the types of its official client, openai 6.49.0 on npm), and ours beyond them.
/// </summary>
internal static class OpenAiParameters
{
    private static readonly Parameter[] Sampling =
    [
        Honoured("temperature", "0 to 2; 0 takes the likeliest token"),
        Honoured("top_p", "0 to 1"),
        Honoured("presence_penalty", "-2 to 2"),
        Honoured("frequency_penalty", "-2 to 2"),
        Honoured("logit_bias", "token ids of this model; -100 to 100"),
        Honoured("seed", "same model, prompt and seed: same tokens; choice i of several has seed + i"),
        Honoured("stop", "up to 16 strings"),
        Honoured("stream"),
        Honoured("stream_options", "with `stream` only"),
        Honoured("stream_options.include_usage"),
        Refused("stream_options.include_obfuscation", "would pad chunks against observers of their lengths, which is not supported", Values.IsFalse),
        Honoured("user", "clients are treated fairly by address and `user`"),
    ];

    private static readonly Parameter[] Beyond =
    [
        Honoured("top_k", "beyond OpenAI's; 0 is off"),
        Honoured("min_p", "beyond OpenAI's; 0 to 1"),
        Honoured("typical_p", "beyond OpenAI's; 0 to 1"),
        Honoured("repetition_penalty", "beyond OpenAI's; 0.01 to 10"),
    ];

    private static readonly Parameter[] Messages =
    [
        Honoured("messages", "shaped for the model's template as described below"),
        Honoured("messages[].role", "`system`, `developer` (means system), `user`, `assistant`; `tool` and `function` are refused"),
        Honoured("messages[].content", "a string or parts of type `text`; other parts are refused"),
        Honoured("messages[].content[].type"),
        Honoured("messages[].content[].text"),
        Inert("messages[].content[].prompt_cache_breakpoint", "a cache hint; prefixes are always cached"),
        Honoured("messages[].name", "where the model's template shows it; otherwise inert"),
        Refused("messages[].refusal", "is not supported in a message that is sent back", Values.IsEmptyString),
        Refused("messages[].tool_calls", "is not supported yet", Values.IsEmptyArray),
        Refused("messages[].tool_call_id", "is not supported yet"),
        Refused("messages[].function_call", "is not supported"),
        Refused("messages[].audio", "is not supported"),
        Refused("messages[].annotations", "is not supported", Values.IsEmptyArray),
    ];

    /// <summary>POST /v1/chat/completions.</summary>
    public static ParameterTable Chat { get; } = new("POST /v1/chat/completions",
    [
        Honoured("model"),
        .. Messages,
        Honoured("max_completion_tokens", "a ceiling: an answer ends at the context's end with `length`"),
        Honoured("max_tokens", "the older name of `max_completion_tokens`; both only if equal"),
        Honoured("n", "1 to 16"),
        Honoured("logprobs"),
        Honoured("top_logprobs", "0 to 20, with `logprobs` only"),
        .. Sampling,
        .. Beyond,
        Honoured("chat_template_kwargs", "beyond OpenAI's: further variables of the model's template, such as `enable_thinking`"),
        Honoured("service_tier", "`auto` and `default`; there is no other tier, and asking for one is refused"),
        Inert("metadata", "tracking; nothing is stored"),
        Inert("safety_identifier", "tracking"),
        Inert("prompt_cache_key", "a cache hint; prefixes are always cached"),
        Inert("prompt_cache_options", "a cache hint"),
        Inert("prompt_cache_retention", "a cache hint"),
        Refused("response_format", "can only be {\"type\":\"text\"} yet", IsText),
        Refused("tools", "is not supported yet", Values.IsEmptyArray),
        Refused("tool_choice", "is not supported yet", value => Values.IsOneOf(value, "none")),
        Refused("parallel_tool_calls", "is not supported yet"),
        Refused("functions", "is not supported; it is the older form of tools", Values.IsEmptyArray),
        Refused("function_call", "is not supported; it is the older form of tool_choice", value => Values.IsOneOf(value, "none")),
        Refused("store", "would keep the conversation, which is not supported", Values.IsFalse),
        Refused("modalities", "can only be [\"text\"]", IsTextOnly),
        Refused("audio", "is not supported; answers are text"),
        Refused("prediction", "is not supported yet"),
        Refused("reasoning_effort", "cannot be chosen yet", value => Values.IsOneOf(value, "none")),
        Refused("verbosity", "cannot be chosen", value => Values.IsOneOf(value, "medium")),
        Refused("web_search_options", "asks for the network, which is never used"),
        Refused("moderation", "is not supported"),
    ]);

    /// <summary>POST /v1/completions.</summary>
    public static ParameterTable Completions { get; } = new("POST /v1/completions",
    [
        Honoured("model"),
        Honoured("prompt", "required: a string, strings, token ids, or arrays of token ids"),
        Honoured("max_tokens", "16 unless given; a ceiling; 0 computes the prompt alone (for `echo` with `logprobs`)"),
        Honoured("n", "1 to 16 for each prompt"),
        Honoured("best_of", "from `n` to 16, not streamed: the `n` with the highest mean log-probability of their tokens; all are counted in `usage`"),
        Honoured("echo", "the prompt before each answer; with `logprobs` its tokens' too, the first without one"),
        Honoured("logprobs", "0 to 20; the token itself is always among the likeliest shown"),
        .. Sampling,
        .. Beyond,
        Refused("suffix", "is not supported (no model here fills in the middle)", Values.IsEmptyString),
    ]);

    /// <summary>POST /v1/embeddings.</summary>
    public static ParameterTable Embeddings { get; } = new("POST /v1/embeddings",
    [
        Honoured("model"),
        Honoured("input", "a string or up to 2,048; token ids are refused, since ids of another model's vocabulary would give wrong vectors in silence"),
        Honoured("encoding_format", "`float` or `base64` (little-endian float32)"),
        Honoured("dimensions", "the model's own number; any other is refused, since no model file says that its vectors may be cut"),
        Honoured("user", "clients are treated fairly by address and `user`"),
    ]);

    private static bool IsText(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Count() == 1
        && value.TryGetProperty("type", out var type) && Values.IsOneOf(type, "text");

    private static bool IsTextOnly(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => Values.IsOneOf(item, "text"));

    /// <summary>POST /apply-template takes a chat's messages.</summary>
    public static ParameterTable ApplyTemplate { get; } = new("POST /apply-template",
    [
        Honoured("model", "may be left out where one model is served"),
        .. Messages,
        Honoured("add_generation_prompt", "true unless given"),
        Honoured("chat_template_kwargs", "further variables of the model's template"),
    ]);
}
