using System.Globalization;
using System.Text.Json.Nodes;
using Freehold.Engine.Constraints;
using Freehold.Engine.Refusals;
using Freehold.Engine.Sampling;
using Freehold.Engine.Scheduling;
using Freehold.Engine.Tools;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Chat;

/// <summary>
/// <see cref="ChatOptions"/> as the engine's own parameters. What cannot be honoured is refused by name, further properties that nobody knows too.
/// </summary>
internal sealed class ChatParameters
{
    private readonly Dictionary<string, object?> _further;

    /// <summary>Reads the options.</summary>
    /// <exception cref="RequestRefusedException">Something cannot be honoured.</exception>
    public ChatParameters(ChatOptions options)
    {
        RefuseUnsupported(options);
        _further = options.AdditionalProperties is { } further ? new(further.Where(pair => pair.Value is not null)) : [];
        Sampling = new SamplingParameters
        {
            Temperature = options.Temperature ?? 1,
            TopP = options.TopP ?? 1,
            TopK = options.TopK ?? 0,
            FrequencyPenalty = options.FrequencyPenalty ?? 0,
            PresencePenalty = options.PresencePenalty ?? 0,
            Seed = options.Seed is { } seed ? unchecked((ulong)seed) : null,
            MinP = Number("min_p", 0),
            TypicalP = Number("typical_p", 1),
            RepetitionPenalty = Number("repetition_penalty", 1),
            RepetitionWindow = Whole("repetition_window"),
            LogitBias = Take<IReadOnlyDictionary<int, float>>("logit_bias") ?? new Dictionary<int, float>(),
        };
        LogProbabilities = Flag("logprobs");
        PromptLogProbabilities = Flag("prompt_logprobs");
        TopLogProbabilities = Whole("top_logprobs");
        RawPrompt = Take<string>("raw_prompt");
        PromptTokens = Take<int[]>("prompt_token_ids");
        Constraint = ConstraintOf(options.ResponseFormat);
        Tools = OfferedTools.Of(options, Take<string[]>("allowed_tools"));
        Tenant = Take<string>("tenant") ?? "";
        Client = Take<string>("client") ?? "";
        Priority = PriorityOf(Take<string>("priority"));
        FirstTokenWithin = Take<object>("first_token_within") is { } within ? within as TimeSpan? ?? throw Wrong("first_token_within", within, nameof(TimeSpan)) : null;
        TemplateVariables = Take<JsonObject>("chat_template_kwargs");
        Thinking = ThinkingRequest.Of(options.Reasoning, Take<object>("thinking") switch { null => null, bool on => on, var other => throw Wrong("thinking", other, "true or false") }, Take<string>("reasoning_effort"));
        ThinkingBudget = Whole("thinking_budget");
        Prediction = Take<string>("prediction");
        MaxTokens = options.MaxOutputTokens;
        StopStrings = options.StopSequences is { } stops ? [.. stops] : [];
        Instructions = options.Instructions;
        if (_further.Keys.FirstOrDefault() is { } unknown)
            throw new RequestRefusedException(RefusalCodes.UnsupportedParameter, $"the parameter '{unknown}' is not known to this engine; leave it out", unknown);
        if (Tools is not null && (RawPrompt ?? (object?)PromptTokens) is not null)
            throw new RequestRefusedException(RefusalCodes.UnsupportedParameter, "tools need the model's chat template; leave them out of a raw prompt", "tools");
        if (Thinking != default && (RawPrompt ?? (object?)PromptTokens) is not null)
            throw new RequestRefusedException(RefusalCodes.UnsupportedParameter, "thinking is switched by the model's chat template, which a raw prompt leaves out; leave it out too", "thinking");
        if (RawPrompt is not null && PromptTokens is not null)
            throw new RequestRefusedException(RefusalCodes.InvalidParameter, "raw_prompt and prompt_token_ids exclude each other; give one", "prompt_token_ids");
    }

    public SamplingParameters Sampling { get; }
    public int? MaxTokens { get; }
    public IReadOnlyList<string> StopStrings { get; }
    public string? Instructions { get; }
    public Constraint? Constraint { get; }
    public OfferedTools? Tools { get; }
    public bool LogProbabilities { get; }
    public int TopLogProbabilities { get; }
    public bool PromptLogProbabilities { get; }
    public string? RawPrompt { get; }
    public int[]? PromptTokens { get; }
    public string Tenant { get; }
    public string Client { get; }
    public RequestPriority Priority { get; }
    public TimeSpan? FirstTokenWithin { get; }
    public JsonObject? TemplateVariables { get; }
    public ThinkingRequest Thinking { get; }
    public int ThinkingBudget { get; }
    public string? Prediction { get; }

    private static RequestPriority PriorityOf(string? word) => word switch
    {
        null or "interactive" => RequestPriority.Interactive,
        "batch" => RequestPriority.Batch,
        _ => throw new RequestRefusedException(RefusalCodes.InvalidParameter, $"priority is '{word}'; it must be interactive or batch", "priority"),
    };

    private static void RefuseUnsupported(ChatOptions options)
    {
        Refuse(options.ResponseFormat is not (null or ChatResponseFormatText or ChatResponseFormatJson), "response_format", "only text and JSON can be answered");
        Refuse(options.ConversationId is not null, "conversation_id", "this engine keeps no conversations; send all messages");
        Refuse(options.ContinuationToken is not null || options.AllowBackgroundResponses == true, "background", "answers are not made in the background");
        Refuse(options.RawRepresentationFactory is not null, "raw_representation", "there is no raw representation");
    }

    private static void Refuse(bool asked, string parameter, string why)
    {
        if (asked)
            throw new RequestRefusedException(RefusalCodes.UnsupportedParameter, $"{parameter}: {why}; leave it out", parameter);
    }

    private Constraint? ConstraintOf(ChatResponseFormat? format)
    {
        var isStrict = !_further.ContainsKey("strict") || Flag("strict");
        Constraint?[] asked =
        [
            format is ChatResponseFormatJson json ? json.Schema is { } schema ? Constraint.JsonSchema(schema, isStrict) : Constraint.JsonObject : null,
            Take<string>("regex") is { } pattern ? Constraint.Regex(pattern) : null,
            Take<string>("grammar") is { } grammar ? Constraint.Gbnf(grammar) : null,
        ];
        return asked.Count(constraint => constraint is not null) < 2
            ? Array.Find(asked, constraint => constraint is not null)
            : throw new RequestRefusedException(RefusalCodes.InvalidParameter, "response_format, regex and grammar exclude each other; give one", "response_format");
    }

    private T? Take<T>(string key)
        where T : class
    {
        if (!_further.Remove(key, out var value))
            return null;
        return value as T ?? throw Wrong(key, value, typeof(T).Name);
    }

    private bool Flag(string key) => Take<object>(key) switch
    {
        null => false,
        bool asked => asked,
        var other => throw Wrong(key, other, "true or false"),
    };

    private float Number(string key, float otherwise) => Take<object>(key) switch
    {
        null => otherwise,
        float number => number,
        double number => (float)number,
        int number => number,
        var other => throw Wrong(key, other, "a number"),
    };

    private int Whole(string key) => Take<object>(key) switch
    {
        null => 0,
        int number => number,
        long number and >= int.MinValue and <= int.MaxValue => (int)number,
        var other => throw Wrong(key, other, "a whole number"),
    };

    private static RequestRefusedException Wrong(string key, object? value, string expected) =>
        new(RefusalCodes.InvalidParameter, string.Create(CultureInfo.InvariantCulture, $"{key} is a {value?.GetType().Name}; {expected} was expected"), key);
}
