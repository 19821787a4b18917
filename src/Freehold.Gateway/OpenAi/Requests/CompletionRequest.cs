using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>A prompt as it goes to the model, without a template: a text, or its token ids.</summary>
internal readonly record struct RawPrompt(string? Text, int[]? Ids);

/// <summary>A body of POST /v1/completions, every field read or refused.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Prompts">The prompts.</param>
/// <param name="Options">How each is continued.</param>
/// <param name="Choices">Answers for each prompt.</param>
/// <param name="Candidates">Answers computed for each prompt, of which the best <paramref name="Choices"/> are given.</param>
/// <param name="Echo">Whether the prompt comes before each answer.</param>
/// <param name="Logprobs">Whether log-probabilities are given.</param>
/// <param name="Streaming">Whether it is streamed.</param>
/// <param name="User">The end user.</param>
/// <param name="Inert">What nothing depends on.</param>
internal sealed record CompletionRequest(
    string? Model, IReadOnlyList<RawPrompt> Prompts, ChatOptions Options, int Choices, int Candidates, bool Echo, bool Logprobs, StreamFields Streaming, string? User, InertFields Inert)
{
    /// <summary>OpenAI's default for this older endpoint.</summary>
    public const int DefaultMaxTokens = 16;
    private const int MaxAnswers = 128;

    public static CompletionRequest Read(JsonElement body)
    {
        var fields = new Fields(body, OpenAiParameters.Completions);
        var model = fields.TakeString("model");
        var prompts = Prompt(fields.Take("prompt"));
        var options = SamplingFields.Take(fields);
        options.MaxOutputTokens = fields.TakeInt32("max_tokens", 0, int.MaxValue) ?? DefaultMaxTokens;
        var choices = fields.TakeInt32("n", 1, ChatRequest.MaxChoices) ?? 1;
        var streaming = StreamFields.Take(fields);
        var candidates = TakeBestOf(fields, choices, streaming);
        if (prompts.Count * candidates > MaxAnswers)
            throw RefusedException.Field(candidates > choices ? "best_of" : "n", $"{prompts.Count} prompts with {candidates} answers each make {prompts.Count * candidates} answers; one request may ask for {MaxAnswers}.");
        var echo = fields.TakeBoolean("echo") ?? false;
        var logprobs = TakeLogprobs(fields, options, echo, candidates > choices);
        var user = fields.TakeString("user");
        fields.Finish();
        return new CompletionRequest(model, prompts, options, choices, candidates, echo, logprobs, streaming, user, fields.Inert);
    }

    private static int TakeBestOf(Fields fields, int choices, StreamFields streaming)
    {
        var best = fields.TakeInt32("best_of", 1, ChatRequest.MaxChoices) ?? choices;
        if (best < choices)
            throw RefusedException.Field("best_of", $"'best_of' is {best} and 'n' is {choices}; the best can only be chosen among at least as many.");
        if (best > choices && streaming.Stream)
            throw RefusedException.Field("best_of", "'best_of' above 'n' cannot be streamed: which answers are best is known when all are complete.");
        return best;
    }

    // The best answers are found by their log-probabilities, whether those are shown or not.
    private static bool TakeLogprobs(Fields fields, ChatOptions options, bool echo, bool compare)
    {
        var asked = fields.TakeInt32("logprobs", 0, SamplingFields.MaxTopLogprobs);
        if (asked is not null || compare)
        {
            options.AdditionalProperties!["logprobs"] = true;
            options.AdditionalProperties["top_logprobs"] = asked ?? 0;
        }
        if (asked is not null && echo)
            options.AdditionalProperties!["prompt_logprobs"] = true;
        return asked is not null;
    }

    private static List<RawPrompt> Prompt(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return [new RawPrompt(Fields.Text(value, "prompt"), null)];
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("prompt", "a string, an array of strings, or token ids", value);
        if (value.GetArrayLength() == 0)
            throw RefusedException.Field("prompt", "'prompt' is empty.", ErrorCodes.EmptyArray);
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
            throw RefusedException.Field(path, $"'{path}' is empty.", ErrorCodes.EmptyArray);
        var at = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var id) || id < 0)
                throw RefusedException.Field($"{path}[{at}]", $"'{path}[{at}]' is not a token id.", ErrorCodes.InvalidType);
            ids[at++] = id;
        }
        return ids;
    }
}
