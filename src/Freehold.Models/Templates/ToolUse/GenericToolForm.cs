using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Freehold.Models.Templates.ToolUse;

/// <summary>
/// Tools for a template that has none: their descriptions become part of the system message, calls and results become text of ordinary messages.
/// The model is asked for calls as <see cref="ToolCallFormats.Generic"/> writes them. <c>docs/tools.md</c> shows it.
/// </summary>
public static class GenericToolForm
{
    // As json.dumps(ensure_ascii=False) writes: models have seen most JSON so.
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The messages as a template without tools can take them. What is given stays as it is.</summary>
    /// <param name="messages">Messages in OpenAI's shape, <c>tool_calls</c> and role <c>tool</c> included; contents are text.</param>
    /// <param name="tools">The tools offered, in OpenAI's shape; empty: only calls and results in the messages are rewritten.</param>
    /// <param name="hasSystemRole">Whether the template shows system messages (<see cref="ChatTemplate.SupportsSystemRole"/>); if not, the first user message carries the tools.</param>
    public static JsonArray Write(JsonArray messages, JsonArray tools, bool hasSystemRole)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(tools);
        var written = new JsonArray();
        var results = new StringBuilder();
        foreach (var message in messages.OfType<JsonObject>())
        {
            if (Text(message, "role") == "tool")
            {
                // Results that follow one another are one message: many templates want the roles to alternate.
                results.Append(results.Length > 0 ? "\n" : "").Append($"<tool_response>\n{Text(message, "content")}\n</tool_response>");
                continue;
            }
            Flush(written, results);
            written.Add((JsonNode)Rewrite(message));
        }
        Flush(written, results);
        if (tools.Count > 0)
            Offer(written, Instructions(tools), hasSystemRole);
        return written;
    }

    /// <summary>What the model is told.</summary>
    public static string Instructions(JsonArray tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        var text = new StringBuilder("You can call tools. The tools, one a line, as JSON:\n<tools>\n");
        foreach (var tool in tools)
            text.Append((tool?["function"] ?? tool)?.ToJsonString(s_json)).Append('\n');
        return text.Append(
            "</tools>\nTo call a tool, answer with its name and its arguments and nothing else:\n"
            + "<tool_call>\n{\"name\": \"NAME\", \"arguments\": {}}\n</tool_call>\n"
            + "The results come as <tool_response>. If no tool is needed, answer as usual.").ToString();
    }

    private static void Offer(JsonArray written, string instructions, bool hasSystemRole)
    {
        var role = hasSystemRole ? "system" : "user";
        if (written.OfType<JsonObject>().FirstOrDefault(message => Text(message, "role") == role) is { } host)
            host["content"] = role == "system" ? $"{Text(host, "content")}\n\n{instructions}" : $"{instructions}\n\n{Text(host, "content")}";
        else
            written.Insert(0, new JsonObject { ["role"] = role, ["content"] = instructions });
    }

    private static JsonObject Rewrite(JsonObject message)
    {
        var copy = (JsonObject)message.DeepClone();
        if (!copy.Remove("tool_calls", out var calls) || calls is not JsonArray { Count: > 0 } list)
            return copy;
        var text = ToolCallFormats.Generic.Write([.. list.Select(call => (call?["function"]?["name"]?.GetValue<string>() ?? "", Arguments(call?["function"]?["arguments"])))]);
        var content = Text(copy, "content");
        copy["content"] = content.Length > 0 ? $"{content}\n{text}" : text;
        return copy;
    }

    private static string Arguments(JsonNode? arguments) => arguments switch
    {
        null => "{}",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => arguments.ToJsonString(s_json),
    };

    private static void Flush(JsonArray written, StringBuilder results)
    {
        if (results.Length == 0)
            return;
        written.Add((JsonNode)new JsonObject { ["role"] = "user", ["content"] = results.ToString() });
        results.Clear();
    }

    private static string Text(JsonObject message, string key) => message[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
