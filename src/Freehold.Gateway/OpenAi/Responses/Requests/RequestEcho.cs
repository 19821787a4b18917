using System.Text.Json;

namespace Freehold.Gateway.OpenAi.Responses.Requests;

/// <summary>Parts of a request that its answer holds as they were sent.</summary>
internal sealed class RequestEcho
{
    private static readonly (string Name, string Otherwise)[] Fields =
    [
        ("background", "false"), ("instructions", "null"), ("max_output_tokens", "null"), ("parallel_tool_calls", "true"), ("previous_response_id", "null"), ("prompt_cache_key", "null"),
        ("safety_identifier", "null"), ("temperature", "1"), ("tool_choice", "\"auto\""), ("tools", "[]"), ("top_logprobs", "0"), ("top_p", "1"), ("user", "null"),
    ];

    private readonly List<(string Name, JsonElement Value)> _values = [];

    /// <summary>Of a request's body, whose fields have been read by then or will be.</summary>
    public static RequestEcho Of(JsonElement body)
    {
        var echo = new RequestEcho();
        foreach (var (name, otherwise) in Fields)
            echo._values.Add((name, body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.Clone() : JsonElement.Parse(otherwise)));
        echo._values.Add(("text", body.TryGetProperty("text", out var text) && text.TryGetProperty("format", out _) ? text.Clone() : JsonElement.Parse("""{"format":{"type":"text"}}""")));
        echo._values.Add(("reasoning", body.TryGetProperty("reasoning", out var reasoning) && reasoning.ValueKind == JsonValueKind.Object ? reasoning.Clone() : JsonElement.Parse("""{"effort":null,"summary":null}""")));
        return echo;
    }

    public void Write(Utf8JsonWriter json)
    {
        foreach (var (name, value) in _values)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }
}
