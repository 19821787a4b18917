using System.Text.Json;
using System.Text.Json.Nodes;

namespace Freehold.Gateway.Answers;

/// <summary>One token's entry in the convention with the model's client: {token, token_id, bytes, logprob, top_logprobs}.</summary>
internal static class TokenLogprob
{
    /// <summary>What stands for minus infinity, which JSON cannot say (OpenAI's own choice).</summary>
    private const double Impossible = -9999.0;

    public static string Token(JsonNode? entry) => entry?["token"]?.GetValue<string>() ?? "";

    /// <summary>Whether its log-probability is known; that of a prompt's first token is not.</summary>
    public static bool IsKnown(JsonNode? entry) => entry?["logprob"] is not null;

    public static double Logprob(JsonNode? entry)
    {
        var value = entry?["logprob"] is JsonValue number
            ? number.TryGetValue<float>(out var single) ? single : number.TryGetValue<double>(out var real) ? real : double.NaN
            : double.NaN;
        return double.IsFinite(value) ? value : Impossible;
    }

    public static JsonArray? Top(JsonNode? entry) => entry?["top_logprobs"] as JsonArray;

    /// <summary>Token, logprob, bytes and, for the token itself, its alternatives: the shape that OpenAI made and Ollama took over.</summary>
    public static void WriteChat(Utf8JsonWriter json, JsonNode? entry, bool alternatives)
    {
        json.WriteStartObject();
        json.WriteString("token", Token(entry));
        json.WriteNumber("logprob", Logprob(entry));
        json.WritePropertyName("bytes");
        if (entry?["bytes"] is { } bytes)
            bytes.WriteTo(json);
        else
            json.WriteNullValue();
        if (alternatives)
        {
            json.WriteStartArray("top_logprobs");
            foreach (var other in Top(entry) ?? [])
                WriteChat(json, other, alternatives: false);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
