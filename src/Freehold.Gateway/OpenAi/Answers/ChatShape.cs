using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;
using Freehold.Gateway.OpenAi.Requests;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>Choices as /v1/chat/completions words them.</summary>
/// <param name="logprobs">Whether log-probabilities were asked for.</param>
/// <param name="custom">The tools whose input is text.</param>
internal sealed class ChatShape(bool logprobs, IReadOnlySet<string> custom) : AnswerShape
{
    private readonly Dictionary<int, CustomCalls> _customCalls = [];

    public override string Kind => "chat.completion";
    public override string ChunkKind => "chat.completion.chunk";

    public override bool HasOpening => true;

    public override Piece Adapt(in Piece piece)
    {
        if (custom.Count == 0)
            return piece;
        if (!_customCalls.TryGetValue(piece.Choice, out var calls))
            _customCalls[piece.Choice] = calls = new CustomCalls(custom);
        return calls.Rewrite(piece);
    }

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
        if (gathered.Text.Length == 0 && gathered.Calls.Whole.Count > 0)
            json.WriteNull("content");
        else
            json.WriteString("content", gathered.Text.ToString());
        json.WriteNull("refusal");
        WriteReasoning(json, gathered.Reasoning.Length > 0 ? gathered.Reasoning.ToString() : null);
        if (gathered.Calls.Whole.Count > 0)
            WriteCalls(json, gathered.Calls.Whole);
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

    private void WritePieces(Utf8JsonWriter json, IReadOnlyList<CallPiece> calls)
    {
        json.WriteStartArray("tool_calls");
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteNumber("index", call.Index);
            WriteCall(json, call.Id, call.Name, call.Arguments);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteCalls(Utf8JsonWriter json, IReadOnlyList<WholeCall> calls)
    {
        json.WriteStartArray("tool_calls");
        foreach (var call in calls)
        {
            json.WriteStartObject();
            WriteCall(json, call.Id, call.Name, call.Arguments);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    // A piece without a name goes on with arguments; the input of a custom tool is one piece.
    private void WriteCall(Utf8JsonWriter json, string id, string? name, string arguments)
    {
        var (type, field) = name is not null && custom.Contains(name) ? ("custom", CustomTool.Input) : ("function", "arguments");
        if (name is not null)
        {
            json.WriteString("id", id);
            json.WriteString("type", type);
        }
        json.WriteStartObject(type);
        if (name is not null)
            json.WriteString("name", name);
        json.WriteString(field, arguments);
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
