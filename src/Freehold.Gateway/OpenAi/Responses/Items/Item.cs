using System.Text.Json;

namespace Freehold.Gateway.OpenAi.Responses.Items;

/// <summary>One item of a conversation as it goes to a model.</summary>
/// <param name="Id">Its id; null where the client gave none.</param>
internal abstract record Item(string? Id)
{
    /// <summary>What its id begins with.</summary>
    protected abstract string Prefix { get; }

    /// <summary>The item with an id.</summary>
    public Item Named() => Id is null ? this with { Id = NewId(Prefix) } : this;

    /// <summary>Writes it as it is stored and shown.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", Id);
        WriteFields(json);
        json.WriteEndObject();
    }

    /// <summary>A random id.</summary>
    public static string NewId(string prefix) => $"{prefix}{Guid.NewGuid():N}";

    protected abstract void WriteFields(Utf8JsonWriter json);
}

/// <summary>What somebody said.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Role"><c>user</c>, <c>assistant</c>, <c>system</c> or <c>developer</c>.</param>
/// <param name="Texts">Its parts.</param>
internal sealed record MessageItem(string? Id, string Role, IReadOnlyList<string> Texts) : Item(Id)
{
    protected override string Prefix => "msg_";

    protected override void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("type", "message");
        json.WriteString("status", "completed");
        json.WriteString("role", Role);
        json.WriteStartArray("content");
        foreach (var text in Texts)
        {
            json.WriteStartObject();
            json.WriteString("type", Role == "assistant" ? "output_text" : "input_text");
            json.WriteString("text", text);
            if (Role == "assistant")
            {
                json.WriteStartArray("annotations");
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}

/// <summary>A call that the model made.</summary>
/// <param name="Id">Its id.</param>
/// <param name="CallId">What its output names.</param>
/// <param name="Name">The tool.</param>
/// <param name="Namespace">The namespace of the tool; null for none.</param>
/// <param name="Arguments">A function's arguments, a JSON object as text; a custom tool's input as it is.</param>
/// <param name="IsCustom">Whether the tool is a custom one.</param>
internal sealed record CallItem(string? Id, string CallId, string Name, string? Namespace, string Arguments, bool IsCustom) : Item(Id)
{
    protected override string Prefix => IsCustom ? "ctc_" : "fc_";

    protected override void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("type", IsCustom ? "custom_tool_call" : "function_call");
        json.WriteString("status", "completed");
        json.WriteString("call_id", CallId);
        json.WriteString("name", Name);
        if (Namespace is not null)
            json.WriteString("namespace", Namespace);
        json.WriteString(IsCustom ? "input" : "arguments", Arguments);
    }
}

/// <summary>What a call gave.</summary>
/// <param name="Id">Its id.</param>
/// <param name="CallId">The call.</param>
/// <param name="Output">The text.</param>
/// <param name="IsCustom">Whether the tool is a custom one.</param>
internal sealed record ResultItem(string? Id, string CallId, string Output, bool IsCustom) : Item(Id)
{
    protected override string Prefix => IsCustom ? "ctco_" : "fco_";

    protected override void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("type", IsCustom ? "custom_tool_call_output" : "function_call_output");
        json.WriteString("status", "completed");
        json.WriteString("call_id", CallId);
        json.WriteString("output", Output);
    }
}

/// <summary>What the model thought.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">The thinking.</param>
internal sealed record ReasoningItem(string? Id, string Text) : Item(Id)
{
    protected override string Prefix => "rs_";

    protected override void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("type", "reasoning");
        json.WriteStartArray("summary");
        json.WriteEndArray();
        json.WriteStartArray("content");
        json.WriteStartObject();
        json.WriteString("type", "reasoning_text");
        json.WriteString("text", Text);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}

/// <summary>What takes the place of an earlier part of a conversation.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Sealed">The summary, sealed.</param>
/// <param name="Summary">The summary.</param>
internal sealed record CompactionItem(string? Id, string Sealed, string Summary) : Item(Id)
{
    protected override string Prefix => "cmp_";

    protected override void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("type", "compaction");
        json.WriteString("encrypted_content", Sealed);
    }
}

/// <summary>A stored item that stands here by its id.</summary>
/// <param name="Reference">The id.</param>
/// <param name="Path">The field that names it.</param>
internal sealed record ReferenceItem(string Reference, string Path) : Item(Reference)
{
    protected override string Prefix => "";

    protected override void WriteFields(Utf8JsonWriter json) => json.WriteString("type", "item_reference");
}
