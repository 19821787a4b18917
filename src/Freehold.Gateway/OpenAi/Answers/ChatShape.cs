using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>Choices as /v1/chat/completions words them.</summary>
internal sealed class ChatShape(bool logprobs) : AnswerShape
{
    public override string Kind => "chat.completion";
    public override string ChunkKind => "chat.completion.chunk";

    public override bool HasOpening => true;

    public override void WriteOpening(Utf8JsonWriter json, int choice, JsonArray? promptLogprobs)
    {
        json.WriteStartObject();
        json.WriteNumber("index", choice);
        json.WriteStartObject("delta");
        json.WriteString("role", "assistant");
        json.WriteString("content", "");
        json.WriteNull("refusal");
        json.WriteEndObject();
        json.WriteNull("logprobs");
        json.WriteNull("finish_reason");
        json.WriteEndObject();
    }

    public override void WriteDelta(Utf8JsonWriter json, in Piece piece)
    {
        json.WriteStartObject();
        json.WriteNumber("index", piece.Choice);
        json.WriteStartObject("delta");
        if (piece.Text.Length > 0 || (piece.Reasoning is null && piece.Calls is null))
            json.WriteString("content", piece.Text);
        WriteReasoning(json, piece.Reasoning);
        if (piece.Calls is { } calls)
            WritePieces(json, calls);
        json.WriteEndObject();
        WriteLogprobs(json, piece.Logprobs);
        json.WriteNull("finish_reason");
        json.WriteEndObject();
    }

    public override void WriteFinish(Utf8JsonWriter json, int choice, string reason)
    {
        json.WriteStartObject();
        json.WriteNumber("index", choice);
        json.WriteStartObject("delta");
        json.WriteEndObject();
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", reason);
        json.WriteEndObject();
    }

    public override void WriteWhole(Utf8JsonWriter json, int choice, GatheredChoice gathered)
    {
        json.WriteStartObject();
        json.WriteNumber("index", choice);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        if (gathered.Text.Length == 0 && gathered.Calls.Any)
            json.WriteNull("content");
        else
            json.WriteString("content", gathered.Text.ToString());
        json.WriteNull("refusal");
        WriteReasoning(json, gathered.Reasoning.Length > 0 ? gathered.Reasoning.ToString() : null);
        if (gathered.Calls.Any)
            gathered.Calls.Write(json);
        json.WriteEndObject();
        WriteLogprobs(json, logprobs ? gathered.Logprobs : null);
        json.WriteString("finish_reason", gathered.Finish);
        json.WriteEndObject();
    }

    // Under both names that clients look for: DeepSeek's and OpenRouter's.
    private static void WriteReasoning(Utf8JsonWriter json, string? reasoning)
    {
        if (reasoning is null)
            return;
        json.WriteString("reasoning_content", reasoning);
        json.WriteString("reasoning", reasoning);
    }

    private static void WritePieces(Utf8JsonWriter json, IReadOnlyList<CallPiece> calls)
    {
        json.WriteStartArray("tool_calls");
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteNumber("index", call.Index);
            if (call.Name is not null)
            {
                json.WriteString("id", call.Id);
                json.WriteString("type", "function");
            }
            json.WriteStartObject("function");
            if (call.Name is not null)
                json.WriteString("name", call.Name);
            json.WriteString("arguments", call.Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteLogprobs(Utf8JsonWriter json, JsonArray? entries)
    {
        if (entries is null)
        {
            json.WriteNull("logprobs");
            return;
        }
        json.WriteStartObject("logprobs");
        json.WriteStartArray("content");
        foreach (var entry in entries)
            TokenLogprob.WriteChat(json, entry, alternatives: true);
        json.WriteEndArray();
        json.WriteNull("refusal");
        json.WriteEndObject();
    }
}
