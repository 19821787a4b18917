using System.Text.Json.Nodes;

namespace Freehold.Gateway.Tests.Hosting;

/// <summary>What a dialect's clients send, and where it tells what went wrong.</summary>
/// <param name="Path">Where answers come from.</param>
/// <param name="Body">A request, without its end.</param>
public sealed record Dialect(string Path, string Body)
{
    public static readonly Dialect
        OpenAi = new("/v1/chat/completions", """{"model":"parrot","messages":[{"role":"user","content":"a secret"}]"""),
        Anthropic = new("/v1/messages", """{"model":"parrot","max_tokens":50,"messages":[{"role":"user","content":"a secret"}]"""),
        Ollama = new("/api/chat", """{"model":"parrot","messages":[{"role":"user","content":"a secret"}]""");

    /// <summary>By its name, for the rows of a test.</summary>
    public static Dialect Named(string name) => name switch { nameof(OpenAi) => OpenAi, nameof(Anthropic) => Anthropic, _ => Ollama };

    public string Whole => Body + ""","stream":false}""";

    public string Streamed => Body + ""","stream":true}""";

    /// <summary>The code in the error object of an answer or an event.</summary>
    public string? CodeOf(JsonNode error) => (string?)(this == OpenAi ? error["error"]!["code"] : this == Anthropic ? error["error"]!["details"]!["error_code"] : error["code"]);

    /// <summary>The last document of a stream.</summary>
    public JsonNode LastOf(string stream)
    {
        var last = stream.TrimEnd('\n').Split('\n')[^1];
        return JsonNode.Parse(last.StartsWith("data: ", StringComparison.Ordinal) ? last[6..] : last)!;
    }

    public override string ToString() => Path;
}
