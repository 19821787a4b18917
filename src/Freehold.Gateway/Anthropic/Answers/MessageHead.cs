using System.Text.Json;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Anthropic.Answers;

/// <summary>What a message begins with.</summary>
internal sealed record MessageHead(string Id, string Model)
{
    /// <summary>A message of that model, under a random id.</summary>
    public static MessageHead Of(ServedModel model) => new("msg_" + Guid.NewGuid().ToString("N")[..24], model.Id);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("id", Id);
        json.WriteString("type", "message");
        json.WriteString("role", "assistant");
        json.WriteString("model", Model);
    }
}
