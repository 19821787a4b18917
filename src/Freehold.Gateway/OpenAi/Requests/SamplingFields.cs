using System.Globalization;
using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>
/// The sampling parameters that chat and completions share, into <see cref="ChatOptions"/>. What has no native property goes into
/// <see cref="ChatOptions.AdditionalProperties"/> under the wire's own name.
/// </summary>
internal static class SamplingFields
{
    public const int MaxTopLogprobs = 20;

    public static ChatOptions Take(Fields fields)
    {
        var options = new ChatOptions
        {
            Temperature = fields.TakeSingle("temperature", 0, 2),
            TopP = fields.TakeSingle("top_p", 0, 1),
            TopK = fields.TakeInt32("top_k", 0, int.MaxValue),
            PresencePenalty = fields.TakeSingle("presence_penalty", -2, 2),
            FrequencyPenalty = fields.TakeSingle("frequency_penalty", -2, 2),
            Seed = fields.TakeInt64("seed", long.MinValue, long.MaxValue),
            StopSequences = StopStringsField.Take(fields, "stop"),
            AdditionalProperties = [],
        };
        if (options.TopK == 0)
            options.TopK = null; // 0 means "off" to those who send it; so does absence.
        Extend(options, "min_p", fields.TakeSingle("min_p", 0, 1));
        Extend(options, "typical_p", fields.TakeSingle("typical_p", 0, 1));
        Extend(options, "repetition_penalty", fields.TakeSingle("repetition_penalty", 0.01, 10));
        if (Biases(fields) is { } biases)
            options.AdditionalProperties["logit_bias"] = biases;
        return options;
    }

    private static void Extend(ChatOptions options, string name, float? value)
    {
        if (value is { } given)
            options.AdditionalProperties![name] = given;
    }

    private static Dictionary<int, float>? Biases(Fields fields)
    {
        if (!fields.TryTake("logit_bias", out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            throw Fields.WrongType("logit_bias", "an object", value);
        var biases = new Dictionary<int, float>();
        foreach (var pair in value.EnumerateObject())
        {
            var key = Fields.NameOf(pair);
            if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                throw RefusedException.Field("logit_bias", $"'logit_bias' names '{key}'; its keys must be token ids.");
            var bias = Fields.Number(pair.Value, $"logit_bias.{id}");
            if (bias is < -100 or > 100)
                throw RefusedException.Field("logit_bias", $"'logit_bias.{id}' must be from -100 to 100; got {pair.Value.GetRawText()}.");
            if (!biases.TryAdd(id, (float)bias))
                throw RefusedException.Field("logit_bias", $"'logit_bias' names token {id} twice.");
        }
        return biases.Count == 0 ? null : biases;
    }
}
