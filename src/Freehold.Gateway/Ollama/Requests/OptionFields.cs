using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Ollama.Requests;

/// <summary>Ollama's <c>options</c>, with Ollama's defaults, into <see cref="ChatOptions"/>.</summary>
internal static class OptionFields
{
    private const float Temperature = 0.8f, TopP = 0.9f, RepeatPenalty = 1.1f;
    private const int TopK = 40, RepeatLast = 64;

    /// <summary>Takes the options of an answer, and the context they ask for.</summary>
    public static (ChatOptions Options, int? Context) Take(Fields request)
    {
        var fields = request.TryTake("options", out var value) ? request.Child("options", value) : null;
        var options = new ChatOptions
        {
            Temperature = fields?.TakeSingle("temperature", 0, 100) ?? Temperature,
            TopP = fields?.TakeSingle("top_p", 0, 1) ?? TopP,
            TopK = fields?.TakeInt32("top_k", 0, int.MaxValue) ?? TopK,
            PresencePenalty = fields?.TakeSingle("presence_penalty", -2, 2),
            FrequencyPenalty = fields?.TakeSingle("frequency_penalty", -2, 2),
            Seed = fields?.TakeInt64("seed", -1, long.MaxValue),
            MaxOutputTokens = fields is null ? null : Ceiling(fields),
            StopSequences = fields is null ? null : StopStringsField.Take(fields, "stop"),
            AdditionalProperties = [],
        };
        if (options.TopK == 0)
            options.TopK = null; // off
        if (options.Seed == -1)
            options.Seed = null;
        if (fields?.TakeSingle("min_p", 0, 1) is { } minimum)
            options.AdditionalProperties["min_p"] = minimum;
        if (fields?.TakeSingle("typical_p", 0, 1) is { } typical)
            options.AdditionalProperties["typical_p"] = typical;
        TakePenalty(fields, options);
        var context = fields?.TakeInt32("num_ctx", 1, int.MaxValue);
        fields?.Finish();
        return (options, context);
    }

    /// <summary>Takes the options of a vector, of which only the context means anything.</summary>
    public static int? TakeContext(Fields request)
    {
        if (!request.TryTake("options", out var value))
            return null;
        var fields = request.Child("options", value);
        var context = fields.TakeInt32("num_ctx", 1, int.MaxValue);
        fields.Finish();
        return context;
    }

    /// <summary>Refuses a context larger than the one that is served: a prompt that fits what was asked for might not fit.</summary>
    /// <exception cref="RefusedException">It is larger.</exception>
    public static void Check(int? context, ServedModel model)
    {
        if (context > model.ContextLength)
            throw RefusedException.Field("options.num_ctx",
                $"'options.num_ctx' is {context}; '{model.Id}' is served with a context of {model.ContextLength} tokens. Ask for no more, or serve it with --context {context}.");
    }

    private static int? Ceiling(Fields fields) => fields.TakeInt32("num_predict", -2, int.MaxValue) switch
    {
        null or -1 or -2 => null,
        0 => throw RefusedException.Field("options.num_predict", "'options.num_predict' is 0; it must be at least 1, or -1 (or -2) for no other end than the context's."),
        var ceiling => ceiling,
    };

    private static void TakePenalty(Fields? fields, ChatOptions options)
    {
        var penalty = fields?.TakeSingle("repeat_penalty", 0.01, 10) ?? RepeatPenalty;
        var last = fields?.TakeInt32("repeat_last_n", -1, int.MaxValue) ?? RepeatLast;
        if (last == 0)
            return;
        options.AdditionalProperties!["repetition_penalty"] = penalty;
        options.AdditionalProperties["repetition_window"] = last == -1 ? 0 : last;
    }
}
