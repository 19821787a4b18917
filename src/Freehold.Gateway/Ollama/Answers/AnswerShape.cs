using System.Text.Json;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.Ollama.Answers;

/// <summary>What an object of an answer tells.</summary>
/// <param name="Text">Text; may be empty.</param>
/// <param name="Thinking">What the model thinks; null for nothing.</param>
/// <param name="Calls">Whole calls; null or empty for none.</param>
internal readonly record struct AnswerPart(string Text, string? Thinking = null, IReadOnlyList<WholeCall>? Calls = null)
{
    /// <summary>Nothing new.</summary>
    public static AnswerPart Nothing { get; } = new("");

    /// <summary>Whether there is anything in it.</summary>
    public bool HasContent => Text.Length > 0 || Thinking is not null || Calls is { Count: > 0 };
}

/// <summary>Where an endpoint has an answer's content; everything else is common to chat and generate.</summary>
internal abstract class AnswerShape
{
    /// <summary>POST /api/chat: in a message.</summary>
    public static AnswerShape Chat { get; } = new MessageShape();

    /// <summary>POST /api/generate: plain.</summary>
    public static AnswerShape Generate { get; } = new ResponseShape();

    public abstract void Write(Utf8JsonWriter json, in AnswerPart part);

    private sealed class MessageShape : AnswerShape
    {
        public override void Write(Utf8JsonWriter json, in AnswerPart part)
        {
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
            json.WriteString("content", part.Text);
            if (part.Thinking is not null)
                json.WriteString("thinking", part.Thinking);
            if (part.Calls is { Count: > 0 } calls)
                WriteCalls(json, calls);
            json.WriteEndObject();
        }

        private static void WriteCalls(Utf8JsonWriter json, IReadOnlyList<WholeCall> calls)
        {
            json.WriteStartArray("tool_calls");
            foreach (var call in calls)
            {
                json.WriteStartObject();
                json.WriteString("id", call.Id);
                json.WriteStartObject("function");
                json.WriteNumber("index", call.Index);
                json.WriteString("name", call.Name);
                json.WritePropertyName("arguments");
                call.WriteArguments(json);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
    }

    private sealed class ResponseShape : AnswerShape
    {
        public override void Write(Utf8JsonWriter json, in AnswerPart part)
        {
            json.WriteString("response", part.Text);
            if (part.Thinking is not null)
                json.WriteString("thinking", part.Thinking);
        }
    }
}
