using System.Text.Json;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.Requests;
using static Freehold.Gateway.Requests.Parameter;

namespace Freehold.Gateway.OpenAi.Responses.Requests;

/// <summary>
/// Every parameter that OpenAI documents for responses and conversations (the types of its official client, openai 6.49.0 on npm), what Codex CLI 0.171 sends besides, and ours beyond them.
/// </summary>
internal static class ResponseParameters
{
    private static readonly Parameter[] Conversation =
    [
        Honoured("model"),
        Honoured("input", "a string, or items"),
        .. Items("input"),
        Honoured("instructions", "a system message before all else; not kept for the responses that continue this one"),
        Honoured("previous_response_id", "a stored response; what went into it and what came out goes before `input`"),
        Honoured("conversation", "a stored conversation, by its id or as `{\"id\"}`: goes before `input`, and gets what went in and came out; not together with `previous_response_id`"),
        Honoured("conversation.id"),
    ];

    private static readonly Parameter[] Tools =
    [
        Honoured("tools", "up to 128 functions; tools that OpenAI hosts (`web_search` and such) are not offered and are named in `Freehold-Inert`"),
        Honoured("tools[].type", "`function`, `custom`, `namespace`"),
        Honoured("tools[].name"),
        Honoured("tools[].description"),
        Honoured("tools[].parameters", "JSON Schema; arguments are held to it once a call has begun"),
        Honoured("tools[].strict", "true: what cannot be enforced is refused with its JSON pointer; false, the default here: it is named in `Freehold-Unenforced`"),
        Honoured("tools[].format", "of a custom tool: what its input must be"),
        Honoured("tools[].format.type", "`text`, `grammar`"),
        Honoured("tools[].format.syntax", "`regex` (ECMA-262); `lark` is refused"),
        Honoured("tools[].format.definition"),
        Honoured("tools[].tools", "of a namespace: its functions, called `namespace.name` before the model"),
        Honoured("tools[].tools[].type", "`function`, `custom`"),
        Honoured("tools[].tools[].name"),
        Honoured("tools[].tools[].description"),
        Honoured("tools[].tools[].parameters"),
        Honoured("tools[].tools[].strict"),
        Honoured("tools[].tools[].format"),
        Honoured("tools[].tools[].format.type"),
        Honoured("tools[].tools[].format.syntax"),
        Honoured("tools[].tools[].format.definition"),
        Inert("tools[].defer_loading", "all tools are offered from the beginning"),
        Inert("tools[].output_schema", "the model never sees it"),
        Refused("tools[].allowed_callers", "can only be [\"direct\"]", IsDirect),
        Inert("tools[].tools[].defer_loading", "all tools are offered from the beginning"),
        Inert("tools[].tools[].output_schema", "the model never sees it"),
        Refused("tools[].tools[].allowed_callers", "can only be [\"direct\"]", IsDirect),
        Honoured("tool_choice", "`none`, `auto`, `required`, a function or custom tool, or `allowed_tools`; anything but `none` and `auto` beside a hosted tool is refused"),
        Honoured("tool_choice.type", "`function`, `custom`, `allowed_tools`"),
        Honoured("tool_choice.name"),
        Honoured("tool_choice.mode", "`auto`, `required`"),
        Honoured("tool_choice.tools", "the tools that are offered; the others are not"),
        Honoured("tool_choice.tools[].type"),
        Honoured("tool_choice.tools[].name"),
        Honoured("parallel_tool_calls", "true unless given; false allows one call an answer"),
    ];

    private static readonly Parameter[] Shape =
    [
        Honoured("text"),
        Honoured("text.format", "enforced while tokens are chosen: [structured output](structured-output.md)"),
        Honoured("text.format.type", "`text`, `json_object`, `json_schema`"),
        Honoured("text.format.name", "a label, which the model does not see"),
        Honoured("text.format.description", "a label, which the model does not see"),
        Honoured("text.format.schema", "JSON Schema, draft 2020-12"),
        Honoured("text.format.strict", "as of a tool"),
        Refused("text.verbosity", "cannot be chosen", value => Values.IsOneOf(value, "medium")),
        Honoured("reasoning"),
        Honoured("reasoning.effort", "`none` switches thinking off, any other on, where the model's template can ([tools](tools.md)); how much counts where the template takes it, and is inert where not"),
        Honoured("reasoning.summary", "`auto`: none is made, thinking comes whole as `reasoning_text`; others are refused"),
        Honoured("reasoning.generate_summary", "the older name of `reasoning.summary`"),
        Inert("reasoning.context", "whether earlier thinking shows is for the model's template to say"),
        Refused("truncation", "would cut the conversation in silence; what is too long is refused with the numbers", value => Values.IsOneOf(value, "disabled")),
    ];

    private static readonly Parameter[] Hints =
    [
        Inert("safety_identifier", "tracking"),
        Inert("prompt_cache_key", "a cache hint; prefixes are always cached"),
        Inert("prompt_cache_options", "a cache hint"),
        Inert("prompt_cache_retention", "a cache hint"),
        Inert("client_metadata", "tracking; Codex CLI sends it"),
    ];

    /// <summary>POST /v1/responses.</summary>
    public static ParameterTable Create { get; } = new("POST /v1/responses",
    [
        .. Conversation,
        .. Tools,
        .. Shape,
        Honoured("store", "true unless given, where this server stores; `FREEHOLD_STORE=off`: false, and true is refused"),
        Honoured("background", "the answer is made without anybody waiting for it; needs `store`"),
        Honoured("stream"),
        Honoured("stream_options", "with `stream` only"),
        Refused("stream_options.include_obfuscation", "would pad events against observers of their lengths, which is not supported", Values.IsFalse),
        Honoured("include", "`reasoning.encrypted_content` and `message.output_text.logprobs`; the others name what only hosted tools give"),
        Honoured("max_output_tokens", "a ceiling, thinking included: an answer ends at the context's end with `incomplete`"),
        Inert("max_tool_calls", "counts calls of hosted tools, of which there are none"),
        Honoured("temperature", "0 to 2, 1 unless given; 0 takes the likeliest token"),
        Honoured("top_p", "0 to 1"),
        Honoured("top_logprobs", "0 to 20; log-probabilities come with it or with `include`"),
        Honoured("metadata", "up to 16 pairs of strings, given back and stored with the response"),
        Honoured("service_tier", "as in chat"),
        Honoured("user", "clients are treated fairly by address and `user`"),
        .. Hints,
        Honoured("presence_penalty", "beyond OpenAI's for responses; as in chat"),
        Honoured("frequency_penalty", "likewise"),
        Honoured("logit_bias", "likewise"),
        Honoured("seed", "likewise"),
        Honoured("stop", "likewise"),
        Honoured("top_k", "likewise"),
        Honoured("min_p", "likewise"),
        Honoured("typical_p", "likewise"),
        Honoured("repetition_penalty", "likewise"),
        Honoured("chat_template_kwargs", "likewise"),
        Refused("prompt", "names a prompt that OpenAI keeps; there are none here"),
        Refused("context_management", "would shorten the conversation by itself; `/v1/responses/compact` does it when asked", Values.IsEmptyArray),
        Refused("moderation", "is not supported"),
    ]);

    /// <summary>POST /v1/responses/input_tokens.</summary>
    public static ParameterTable InputTokens { get; } = new("POST /v1/responses/input_tokens",
    [
        .. Conversation,
        .. Tools,
        .. Shape,
        Refused("personality", "is not supported"),
        .. Hints,
    ]);

    /// <summary>POST /v1/responses/compact.</summary>
    public static ParameterTable Compact { get; } = new("POST /v1/responses/compact",
    [
        .. Conversation.Where(parameter => !parameter.Name.StartsWith("conversation", StringComparison.Ordinal)),
        Honoured("service_tier", "as in chat"),
        .. Hints,
    ]);

    /// <summary>POST /v1/conversations.</summary>
    public static ParameterTable ConversationCreate { get; } = new("POST /v1/conversations",
    [
        Honoured("items", "up to 20"),
        .. Items("items"),
        Honoured("metadata", "up to 16 pairs of strings"),
    ]);

    /// <summary>POST /v1/conversations/{id}.</summary>
    public static ParameterTable ConversationUpdate { get; } = new("POST /v1/conversations/{id}", [Honoured("metadata", "takes the place of what there was")]);

    /// <summary>POST /v1/conversations/{id}/items.</summary>
    public static ParameterTable ConversationItems { get; } = new("POST /v1/conversations/{id}/items",
    [
        Honoured("items", "up to 20"),
        .. Items("items"),
        Inert("include", "names what only hosted tools give"),
    ]);

    private static Parameter[] Items(string list) =>
    [
        Honoured($"{list}[].type", "`message` unless given, `function_call`, `function_call_output`, `custom_tool_call`, `custom_tool_call_output`, `reasoning`, `compaction`, `item_reference`; others are refused"),
        Honoured($"{list}[].id", "kept where the item is stored; of a reference: a stored item"),
        Inert($"{list}[].status", "what was told of an item that is sent back"),
        Inert($"{list}[].phase", "no template shows it"),
        Honoured($"{list}[].role", "of a message: `user`, `assistant`, `system`, `developer` (means system)"),
        Honoured($"{list}[].content", "of a message: a string or parts of type `input_text` and `output_text`; of reasoning: `reasoning_text`"),
        Honoured($"{list}[].content[].type"),
        Honoured($"{list}[].content[].text"),
        Inert($"{list}[].content[].annotations", "what was told of a text that is sent back"),
        Inert($"{list}[].content[].logprobs", "likewise"),
        Inert($"{list}[].content[].prompt_cache_breakpoint", "a cache hint"),
        Refused($"{list}[].content[].refusal", "is not supported"),
        Refused($"{list}[].content[].image_url", "is not supported; models here read text"),
        Refused($"{list}[].content[].file_id", "is not supported; models here read text, so send the file's text"),
        Honoured($"{list}[].call_id", "of calls and their outputs"),
        Honoured($"{list}[].name", "of a call"),
        Honoured($"{list}[].namespace", "of a call"),
        Honoured($"{list}[].arguments", "of a function call: a JSON object as text"),
        Honoured($"{list}[].input", "of a custom tool's call"),
        Honoured($"{list}[].output", "of a call's output: a string or parts of type `input_text`"),
        Honoured($"{list}[].output[].type"),
        Honoured($"{list}[].output[].text"),
        Inert($"{list}[].summary", "thinking itself is read, not its summary"),
        Honoured($"{list}[].encrypted_content", "what this server sealed; goes before `content`"),
        Refused($"{list}[].caller", "can only be `direct`", value => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("type", out var type) && Values.IsOneOf(type, "direct")),
    ];

    private static bool IsDirect(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => Values.IsOneOf(item, "direct"));
}
