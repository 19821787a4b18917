using System.Text.Json;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>OpenAI's <c>usage</c> of an answer.</summary>
internal static class UsageJson
{
    /// <summary>Writes the value of <c>usage</c>: null where the model has told nothing.</summary>
    public static void Write(Utf8JsonWriter json, UsageTotals usage)
    {
        if (!usage.Known)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens", usage.Prompt);
        json.WriteNumber("completion_tokens", usage.Completion);
        json.WriteNumber("total_tokens", usage.Prompt + usage.Completion);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", usage.Cached);
        json.WriteEndObject();
        if (usage.Predicted is var (accepted, rejected))
        {
            json.WriteStartObject("completion_tokens_details");
            json.WriteNumber("accepted_prediction_tokens", accepted);
            json.WriteNumber("rejected_prediction_tokens", rejected);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
