using System.Text.Json;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>What every chunk of an answer, and the whole answer, begin with.</summary>
internal sealed record AnswerHead(string Id, long Created, string Model, string Fingerprint)
{
    /// <summary>The tier that answered, where the request named one.</summary>
    public string? ServiceTier { get; init; }

    public void Write(Utf8JsonWriter json, string kind)
    {
        json.WriteString("id", Id);
        json.WriteString("object", kind);
        json.WriteNumber("created", Created);
        json.WriteString("model", Model);
        json.WriteString("system_fingerprint", Fingerprint);
        if (ServiceTier is not null)
            json.WriteString("service_tier", ServiceTier);
    }
}
