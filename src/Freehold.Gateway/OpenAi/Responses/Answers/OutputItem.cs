using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.OpenAi.Responses.Requests;

namespace Freehold.Gateway.OpenAi.Responses.Answers;

/// <summary>An item of an answer while it comes to be.</summary>
/// <param name="prefix">What its id begins with.</param>
/// <param name="index">Its place in the output.</param>
internal abstract class OutputItem(string prefix, int index)
{
    public string Id { get; } = Item.NewId(prefix);
    public int Index => index;

    /// <summary><c>in_progress</c>, <c>completed</c> or <c>incomplete</c>.</summary>
    public string Status { get; set; } = ResponseState.InProgress;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", Id);
        WriteFields(json);
        json.WriteString("status", Status);
        json.WriteEndObject();
    }

    protected abstract void WriteFields(Utf8JsonWriter json);
}

/// <summary>What the model says.</summary>
internal sealed class MessageOutput(int index, bool logprobs) : OutputItem("msg_", index)
{
    public StringBuilder Text { get; } = new();
    public JsonArray Logprobs { get; } = [];

    /// <summary>Writes its only part with so much of it as there is.</summary>
    public void WritePart(Utf8JsonWriter json, string text, bool isWhole)
    {
        json.WriteStartObject();
        json.WriteString("type", "output_text");
        json.WriteString("text", text);
        json.WriteStartArray("annotations");
        json.WriteEndArray();
        json.WritePropertyName("logprobs");
        WriteLogprobs(json, isWhole && logprobs ? Logprobs : []);
        json.WriteEndObject();
    }

    public static void WriteLogprobs(Utf8JsonWriter json, JsonArray entries)
    {
        json.WriteStartArray();
        foreach (var entry in entries)
            TokenLogprob.WriteChat(json, entry, alternatives: true);
        json.WriteEndArray();
    }

    protected override void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("type", "message");
        json.WriteString("role", "assistant");
        json.WriteStartArray("content");
        if (Status != ResponseState.InProgress)
            WritePart(json, Text.ToString(), isWhole: true);
        json.WriteEndArray();
    }
}

/// <summary>What the model thinks.</summary>
internal sealed class ReasoningOutput(int index) : OutputItem("rs_", index)
{
    public StringBuilder Text { get; } = new();

    /// <summary>The same, sealed; null where nobody asked for that.</summary>
    public string? Sealed { get; set; }

    public static void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "reasoning_text");
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    protected override void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("type", "reasoning");
        json.WriteStartArray("summary");
        json.WriteEndArray();
        json.WriteStartArray("content");
        if (Status != ResponseState.InProgress)
            WritePart(json, Text.ToString());
        json.WriteEndArray();
        if (Sealed is not null)
            json.WriteString("encrypted_content", Sealed);
    }
}

/// <summary>A call that the model makes.</summary>
internal sealed class CallOutput(int index, string callId, ToolFace face) : OutputItem(face.IsCustom ? "ctc_" : "fc_", index)
{
    public string CallId => callId;
    public ToolFace Face => face;

    /// <summary>Its arguments, as far as they are written.</summary>
    public StringBuilder Arguments { get; } = new();

    /// <summary>Arguments, or the input of a custom tool, where they are whole; otherwise what there is of the arguments.</summary>
    public string Told => face.IsCustom && Status == ResponseState.Completed ? ItemArguments.InputOf(Arguments.ToString()) : Arguments.ToString();

    protected override void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("type", face.IsCustom ? "custom_tool_call" : "function_call");
        json.WriteString("call_id", callId);
        json.WriteString("name", face.Name);
        if (face.Namespace is not null)
            json.WriteString("namespace", face.Namespace);
        json.WriteString(face.IsCustom ? "input" : "arguments", Status == ResponseState.InProgress ? "" : Told);
    }
}
