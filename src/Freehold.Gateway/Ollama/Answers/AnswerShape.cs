using System.Text.Json;

namespace Freehold.Gateway.Ollama.Answers;

/// <summary>Where an endpoint has an answer's text; everything else is common to chat and generate.</summary>
internal abstract class AnswerShape
{
    /// <summary>POST /api/chat: in a message.</summary>
    public static AnswerShape Chat { get; } = new MessageShape();

    /// <summary>POST /api/generate: plain.</summary>
    public static AnswerShape Generate { get; } = new ResponseShape();

    public abstract void WriteText(Utf8JsonWriter json, string text);

    private sealed class MessageShape : AnswerShape
    {
        public override void WriteText(Utf8JsonWriter json, string text)
        {
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
            json.WriteString("content", text);
            json.WriteEndObject();
        }
    }

    private sealed class ResponseShape : AnswerShape
    {
        public override void WriteText(Utf8JsonWriter json, string text) => json.WriteString("response", text);
    }
}
