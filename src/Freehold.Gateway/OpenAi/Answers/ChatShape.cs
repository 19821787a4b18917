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
        json.WriteString("content", piece.Text);
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
        json.WriteString("content", gathered.Text.ToString());
        json.WriteNull("refusal");
        json.WriteEndObject();
        WriteLogprobs(json, logprobs ? gathered.Logprobs : null);
        json.WriteString("finish_reason", gathered.Finish);
        json.WriteEndObject();
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
