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
        Honoured("messages[].role", "`system`, `developer` (means system), `user`, `assistant`, `tool`; `function` is refused"),
        Honoured("messages[].content", "a string or parts of type `text`; other parts are refused; may be absent beside `tool_calls`"),
        Honoured("messages[].content[].type"),
        Honoured("messages[].content[].text"),
        Inert("messages[].content[].prompt_cache_breakpoint", "a cache hint; prefixes are always cached"),
        Honoured("messages[].name", "where the model's template shows it; otherwise inert"),
        Refused("messages[].refusal", "is not supported in a message that is sent back", Values.IsEmptyString),
        Honoured("messages[].tool_calls", "what the assistant called"),
        Honoured("messages[].tool_calls[].id"),
        Honoured("messages[].tool_calls[].type", "`function`, `custom`"),
        Honoured("messages[].tool_calls[].function"),
        Honoured("messages[].tool_calls[].function.name"),
        Honoured("messages[].tool_calls[].function.arguments", "a JSON object as text"),
        Honoured("messages[].tool_calls[].custom"),
        Honoured("messages[].tool_calls[].custom.name"),
        Honoured("messages[].tool_calls[].custom.input", "text"),
        Inert("messages[].tool_calls[].function.parsed_arguments", "what OpenAI's own client adds"),
        Inert("messages[].tool_calls[].index", "what some clients keep of a stream"),
        Inert("messages[].parsed", "what OpenAI's own client adds"),
        Honoured("messages[].tool_call_id", "of a tool's message: which call its content answers"),
        Honoured("messages[].reasoning_content", "beyond OpenAI's; what the assistant thought, where the model's template reads it; otherwise inert"),
        Honoured("messages[].reasoning", "the same"),
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
        Honoured("service_tier", "`auto` and `default`; `flex` goes behind them; there is no other tier, and asking for one is refused"),
        Inert("metadata", "tracking; nothing is stored"),
        Inert("safety_identifier", "tracking"),
        Inert("prompt_cache_key", "a cache hint; prefixes are always cached"),
        Inert("prompt_cache_options", "a cache hint"),
        Inert("prompt_cache_retention", "a cache hint"),
        Honoured("response_format", "enforced while tokens are chosen: [structured output](structured-output.md); with `tools` the answer is calls or such a text"),
        Honoured("response_format.type", "`text`, `json_object`, `json_schema`"),
        Honoured("response_format.json_schema"),
        Honoured("response_format.json_schema.name", "required; a label, which the model does not see"),
        Honoured("response_format.json_schema.description", "a label, which the model does not see"),
        Honoured("response_format.json_schema.schema", "JSON Schema, draft 2020-12"),
        Honoured("response_format.json_schema.strict", "true: what cannot be enforced is refused with its JSON pointer; false, the default: it is named in `Freehold-Unenforced`"),
        Honoured("regex", "beyond OpenAI's: a regular expression (ECMA-262) that the whole answer matches"),
        Honoured("grammar", "beyond OpenAI's: a grammar in llama.cpp's GBNF"),
        Honoured("tools", "up to 128; refused where the model writes calls in a form that is not read ([tools](tools.md))"),
        Honoured("tools[].type", "`function`, `custom`"),
        Honoured("tools[].function"),
        Honoured("tools[].function.name", "1 to 128 of A-Z, a-z, 0-9, _, -, ., : and /"),
        Honoured("tools[].function.description"),
        Honoured("tools[].function.parameters", "JSON Schema; arguments are held to it once a call has begun"),
        Honoured("tools[].function.strict", "as in `response_format`"),
        Honoured("tools[].custom", "a tool whose input is text; to the model a function with one string, `input`"),
        Honoured("tools[].custom.name", "as of a function"),
        Honoured("tools[].custom.description"),
        Honoured("tools[].custom.format"),
        Honoured("tools[].custom.format.type", "`text`, `grammar`"),
        Honoured("tools[].custom.format.grammar"),
        Honoured("tools[].custom.format.grammar.syntax", "`regex`; `lark` is refused"),
        Honoured("tools[].custom.format.grammar.definition", "a regular expression (ECMA-262) that all of the input matches"),
        Honoured("tool_choice", "`none`, `auto`, `required`, a tool, or allowed ones; `required` and a tool force a call from the first token"),
        Honoured("tool_choice.type", "`function`, `custom`, `allowed_tools`"),
        Honoured("tool_choice.function"),
        Honoured("tool_choice.function.name"),
        Honoured("tool_choice.custom"),
        Honoured("tool_choice.custom.name"),
        Honoured("tool_choice.allowed_tools", "the prompt has all `tools`, so that it stays cached; only these can be called"),
        Honoured("tool_choice.allowed_tools.mode", "`auto`, `required`"),
        Honoured("tool_choice.allowed_tools.tools"),
        Honoured("tool_choice.allowed_tools.tools[].type", "`function`, `custom`"),
        Honoured("tool_choice.allowed_tools.tools[].function"),
        Honoured("tool_choice.allowed_tools.tools[].function.name"),
        Honoured("tool_choice.allowed_tools.tools[].custom"),
        Honoured("tool_choice.allowed_tools.tools[].custom.name"),
        Honoured("parallel_tool_calls", "true unless given; false allows one call an answer"),
        Refused("functions", "is not supported; it is the older form of tools", Values.IsEmptyArray),
        Refused("function_call", "is not supported; it is the older form of tool_choice", value => Values.IsOneOf(value, "none")),
        Refused("store", "would keep the conversation, which is not supported", Values.IsFalse),
        Refused("modalities", "can only be [\"text\"]", IsTextOnly),
        Refused("audio", "is not supported; answers are text"),
        Honoured("prediction", "text that the answer is expected to hold: a source of guesses, which changes no token; `usage` counts those that came true and those that did not"),
        Honoured("prediction.type", "`content`"),
        Honoured("prediction.content", "a string or parts of type `text`"),
        Honoured("prediction.content[].type"),
        Honoured("prediction.content[].text"),
        Honoured("reasoning_effort", "`none` switches thinking off, any other on, where the model's template can ([tools](tools.md)); how much counts where the template takes it, and is inert where not"),
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
