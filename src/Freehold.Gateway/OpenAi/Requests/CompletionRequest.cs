using System.Text.Json;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>A prompt as it goes to the model, without a template: a text, or its token ids.</summary>
internal readonly record struct RawPrompt(string? Text, int[]? Ids);

/// <summary>A body of POST /v1/completions, every field read or refused.</summary>
internal sealed record CompletionRequest(string? Model, IReadOnlyList<RawPrompt> Prompts, ChatOptions Options, int Choices, bool Echo, StreamFields Streaming, string? User)
{
    /// <summary>OpenAI's default for this older endpoint.</summary>
    public const int DefaultMaxTokens = 16;
    private const int MaxAnswers = 128;

    public static CompletionRequest Read(JsonElement body)
    {
        var fields = new Fields(body);
        var model = fields.TakeString("model");
        var prompts = Prompt(fields.Take("prompt"));
        var options = SamplingFields.Take(fields);
        options.MaxOutputTokens = fields.TakeInt32("max_tokens", 1, int.MaxValue) ?? DefaultMaxTokens;
        var logprobs = fields.TakeInt32("logprobs", 0, SamplingFields.MaxTopLogprobs);
        if (logprobs is { } top)
        {
            options.AdditionalProperties!["logprobs"] = true;
            options.AdditionalProperties["top_logprobs"] = top;
        }
        var choices = fields.TakeInt32("n", 1, ChatRequest.MaxChoices) ?? 1;
        if (prompts.Count * choices > MaxAnswers)
            throw RefusedException.Field("n", $"{prompts.Count} prompts with n = {choices} make {prompts.Count * choices} answers; one request may ask for {MaxAnswers}.");
        var echo = fields.TakeBoolean("echo") ?? false;
        if (echo && logprobs is not null)
            throw RefusedException.Field("echo", "'echo' together with 'logprobs' (the prompt's own log-probabilities) is not supported yet; `freehold logprobs` gives them.", "unsupported_parameter");
        if (echo && prompts.Any(prompt => prompt.Ids is not null))
            throw RefusedException.Field("echo", "'echo' needs the prompt as text, not as token ids.", "unsupported_parameter");
        var streaming = StreamFields.Take(fields);
        var user = fields.TakeString("user");
        fields.RefuseUnless("suffix", value => HarmlessFields.IsOneOf(value, ""));
        fields.RefuseUnless("best_of", value => value.ValueKind == JsonValueKind.Number && Fields.TryInteger(value, out var number) && number == choices, "other than n is not supported yet");
        HarmlessFields.Take(fields);
        fields.RefuseTheRest();
        return new CompletionRequest(model, prompts, options, choices, echo, streaming, user);
    }

    private static List<RawPrompt> Prompt(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return [new RawPrompt(Fields.Text(value, "prompt"), null)];
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("prompt", "a string, an array of strings, or token ids", value);
        if (value.GetArrayLength() == 0)
            throw RefusedException.Field("prompt", "'prompt' is empty.", "empty_array");
        if (value[0].ValueKind == JsonValueKind.Number)
            return [new RawPrompt(null, Ids(value, "prompt"))];
        var prompts = new List<RawPrompt>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            var path = $"prompt[{prompts.Count}]";
            prompts.Add(item.ValueKind == JsonValueKind.Array ? new RawPrompt(null, Ids(item, path)) : new RawPrompt(Fields.Text(item, path), null));
        }
        return prompts;
    }

    private static int[] Ids(JsonElement array, string path)
    {
        var ids = new int[array.GetArrayLength()];
        if (ids.Length == 0)
            throw RefusedException.Field(path, $"'{path}' is empty.", "empty_array");
        var at = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var id) || id < 0)
                throw RefusedException.Field($"{path}[{at}]", $"'{path}[{at}]' is not a token id.", "invalid_type");
            ids[at++] = id;
        }
        return ids;
    }
}
