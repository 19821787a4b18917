using System.Text.Json;
using Freehold.Gateway.Requests;
using static Freehold.Gateway.Requests.Parameter;

namespace Freehold.Gateway.Ollama.Requests;

/// <summary>The parameters of Ollama's API (docs/api.md and docs/modelfile of ollama/ollama, and the types of its official client).</summary>
internal static class OllamaParameters
{
    private static readonly Parameter HeadersInBody = Inert("CustomHeaders", "OllamaSharp repeats the request's HTTP headers here");

    private static readonly Parameter[] Computing =
    [
        Honoured("options.num_ctx", "a context of at least that many tokens; more than is served is refused"),
        Inert("options.num_keep", "a context is never shifted"),
        Inert("options.num_batch", "how it is computed changes no token"),
        Inert("options.num_thread", "how it is computed changes no token"),
        Inert("options.num_gpu", "how it is computed changes no token"),
        Inert("options.main_gpu", "how it is computed changes no token"),
        Inert("options.numa", "how it is computed changes no token"),
        Inert("options.low_vram", "how it is computed changes no token"),
        Inert("options.use_mmap", "how it is computed changes no token"),
        Inert("options.use_mlock", "how it is computed changes no token"),
        Refused("options.f16_kv", "cannot be chosen; the server's settings say how keys and values are kept"),
        Refused("options.logits_all", "is not supported; see 'logprobs'", Values.IsFalse),
        Refused("options.vocab_only", "is not supported", Values.IsFalse),
        Refused("options.embedding_only", "is not supported", Values.IsFalse),
    ];

    private static readonly Parameter[] Sampling =
    [
        Honoured("options.temperature", "0 to 100, 0.8 unless given; 0 takes the likeliest token"),
        Honoured("options.top_k", "40 unless given; 0 is off"),
        Honoured("options.top_p", "0 to 1, 0.9 unless given"),
        Honoured("options.min_p", "0 to 1"),
        Honoured("options.typical_p", "0 to 1"),
        Honoured("options.repeat_penalty", "0.01 to 10, 1.1 unless given; 1 is off"),
        Honoured("options.repeat_last_n", "64 unless given; -1 is all, 0 is off"),
        Honoured("options.presence_penalty", "-2 to 2"),
        Honoured("options.frequency_penalty", "-2 to 2"),
        Honoured("options.seed", "same model, prompt and seed: same tokens; -1 draws one"),
        Honoured("options.num_predict", "a ceiling; -1 and -2 end at the context's end"),
        Honoured("options.stop", "up to 16 strings"),
        Refused("options.tfs_z", "is not supported", value => IsNumber(value, 1)),
        Refused("options.mirostat", "is not supported", value => IsNumber(value, 0)),
        Inert("options.mirostat_tau", "means nothing without `mirostat`"),
        Inert("options.mirostat_eta", "means nothing without `mirostat`"),
        Refused("options.penalize_newline", "is not supported; a newline is a token like any other", value => value.ValueKind == JsonValueKind.True),
        .. Computing,
    ];

    private static readonly Parameter Stay =
        Honoured("keep_alive", "seconds, or a time such as `5m`: how long the model stays when nobody uses it; below 0 it stays, 0 lets it go, and with nothing to answer 0 unloads it. A model that the owner pinned stays");

    private static readonly Parameter[] Answer =
    [
        Honoured("stream", "true unless given"),
        Honoured("format", "`json`, or a JSON Schema, which is enforced; with tools the answer is calls or such a text"),
        Honoured("logprobs"),
        Honoured("top_logprobs", "0 to 20, with `logprobs` only"),
        Honoured("options"),
        .. Sampling,
        Honoured("think", "true, false or a level (`low` to `max`): switched where the model's template can ([tools](tools.md)); refused for a model that cannot; a level is inert where the template takes none"),
        Refused("truncate", "would cut a prompt that is too long, which is never done", Values.IsFalse),
        Refused("shift", "would forget the beginning of a context that is full, which is never done", Values.IsFalse),
        Stay,
    ];

    /// <summary>POST /api/chat.</summary>
    public static ParameterTable Chat { get; } = new("POST /api/chat",
    [
        Honoured("model", "`x` and `x:latest` are one"),
        Honoured("messages", "shaped for the model's template as described below; none asks to load the model"),
        Honoured("messages[].role", "`system`, `user`, `assistant`, `tool`"),
        Honoured("messages[].content", "a string"),
        Honoured("messages[].thinking", "what the assistant thought, where the model's template reads it; otherwise inert"),
        Refused("messages[].images", "are not supported; models here read text", Values.IsEmptyArray),
        Honoured("messages[].tool_calls", "what the assistant called"),
        Honoured("messages[].tool_calls[].id"),
        Honoured("messages[].tool_calls[].type", "`function`"),
        Honoured("messages[].tool_calls[].function"),
        Honoured("messages[].tool_calls[].function.name"),
        Honoured("messages[].tool_calls[].function.arguments", "an object"),
        Honoured("messages[].tool_calls[].function.index", "calls count in the order they stand"),
        Honoured("messages[].tool_name", "of a tool's message: it answers the first call of that tool which has no result yet"),
        Honoured("messages[].tool_call_id", "which call it answers, where calls have ids"),
        .. Answer,
        Honoured("tools", "up to 512 functions; refused where the model writes calls in a form that is not read ([tools](tools.md))"),
        Honoured("tools[].type", "`function`"),
        Honoured("tools[].function"),
        Honoured("tools[].function.name", "1 to 128 of A-Z, a-z, 0-9, _, -, ., : and /"),
        Honoured("tools[].function.description"),
        Honoured("tools[].function.parameters", "JSON Schema; arguments are held to it, what is not enforced is named in `Freehold-Unenforced`"),
        HeadersInBody,
    ]);

    /// <summary>POST /api/generate.</summary>
    public static ParameterTable Generate { get; } = new("POST /api/generate",
    [
        Honoured("model", "`x` and `x:latest` are one"),
        Honoured("prompt", "a user message; empty asks to load the model"),
        Honoured("system", "a system message before it"),
        Honoured("raw", "true gives the prompt to the model without a template"),
        .. Answer,
        Refused("suffix", "is not supported (no model here fills in the middle)", Values.IsEmptyString),
        Refused("images", "are not supported; models here read text", Values.IsEmptyArray),
        Refused("template", "cannot be chosen; the model's own is used, or none with 'raw'", Values.IsEmptyString),
        Refused("context", "is not supported; send the conversation to /api/chat", Values.IsEmptyArray),
        Refused("width", "is not supported; answers are text"),
        Refused("height", "is not supported; answers are text"),
        Refused("steps", "is not supported; answers are text"),
        HeadersInBody,
    ]);

    private static readonly Parameter[] Vectors =
    [
        Honoured("options"),
        .. Computing,
        .. Sampling.Except(Computing).Select(parameter => Inert(parameter.Name, "a vector is not sampled")),
        Stay,
    ];

    /// <summary>POST /api/embed.</summary>
    public static ParameterTable Embed { get; } = new("POST /api/embed",
    [
        Honoured("model", "`x` and `x:latest` are one"),
        Honoured("input", "a string or up to 2,048; none, or an empty string, gives no vector"),
        Honoured("dimensions", "the model's own number; any other is refused, since no model file says that its vectors may be cut"),
        Honoured("truncate", "false unless given, a text that is too long is refused; true cuts it at its end, and the header `Freehold-Truncated` says how many were"),
        .. Vectors,
        HeadersInBody,
    ]);

    /// <summary>POST /api/embeddings, the older form.</summary>
    public static ParameterTable Embeddings { get; } = new("POST /api/embeddings",
    [
        Honoured("model", "`x` and `x:latest` are one"),
        Honoured("prompt", "a string; an empty one gives an empty vector"),
        .. Vectors,
        HeadersInBody,
    ]);

    /// <summary>POST /api/show.</summary>
    public static ParameterTable Show { get; } = new("POST /api/show",
    [
        Honoured("model", "`x` and `x:latest` are one"),
        Honoured("name", "the older name of `model`"),
        Refused("verbose", "would list the whole vocabulary, which is not supported", Values.IsFalse),
        Refused("system", "cannot be changed", Values.IsEmptyString),
        Refused("template", "cannot be changed", Values.IsEmptyString),
        Refused("options", "cannot be changed"),
        HeadersInBody,
    ]);

    /// <summary>POST /api/pull.</summary>
    public static ParameterTable Pull { get; } = new("POST /api/pull",
    [
        Honoured("model", "`hf:owner/repo[:file]`, `hf.co/owner/repo[:file]`, or a name of the site's mirror; no paths or addresses"),
        Honoured("name", "the older name of `model`"),
        Honoured("stream", "true unless given"),
        Refused("insecure", "is not possible; what is fetched is always checked", Values.IsFalse),
        Refused("username", "is not supported; HF_TOKEN of the server's environment is used", Values.IsEmptyString),
        Refused("password", "is not supported; HF_TOKEN of the server's environment is used", Values.IsEmptyString),
    ]);

    /// <summary>DELETE /api/delete.</summary>
    public static ParameterTable Delete { get; } = new("DELETE /api/delete",
    [
        Honoured("model", "a model of the store, or a name that `/api/copy` gave"),
        Honoured("name", "the older name of `model`"),
    ]);

    /// <summary>POST /api/copy.</summary>
    public static ParameterTable Copy { get; } = new("POST /api/copy",
    [
        Honoured("source", "the model"),
        Honoured("destination", "one more name for it; a model's own name is refused"),
    ]);

    private static bool IsNumber(JsonElement value, double wanted) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number == wanted;
}
