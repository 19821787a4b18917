using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Engine.Refusals;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Chat;

/// <summary>Chat messages as chat templates take them: <c>[{role, content, name?, reasoning_content?, tool_calls?, tool_call_id?}]</c> with plain strings.</summary>
internal static class PromptMessages
{
    // As json.dumps(ensure_ascii=False) writes: models have seen most JSON so.
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The messages, the instructions as a system message before them. Several text parts of one message are joined with a line break, as other servers do
    /// for templates that take strings. Each result of a tool is a message of its own.
    /// </summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="instructions">Go before it; may be null.</param>
    /// <param name="argumentsAsText">Whether the template takes the arguments of earlier calls as JSON text instead of objects.</param>
    /// <exception cref="RequestRefusedException">A part is neither text, thinking, a call nor a result.</exception>
    public static JsonArray Of(IEnumerable<ChatMessage> messages, string? instructions, bool argumentsAsText = false)
    {
        var array = new JsonArray();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!string.IsNullOrEmpty(instructions))
            array.Add((JsonNode)new JsonObject { ["role"] = "system", ["content"] = instructions });
        foreach (var message in messages)
        {
            if (message.Contents.OfType<FunctionResultContent>().Any())
            {
                foreach (var content in message.Contents)
                    array.Add((JsonNode)ResultOf(content, message.AuthorName, names));
                continue;
            }
            var item = new JsonObject { ["role"] = message.Role.Value, ["content"] = TextOf(message) };
            if (message.AuthorName is not null)
                item["name"] = message.AuthorName;
            var thinking = string.Concat(message.Contents.OfType<TextReasoningContent>().Select(part => part.Text));
            if (thinking.Length > 0)
                item["reasoning_content"] = thinking;
            var calls = new JsonArray();
            foreach (var call in message.Contents.OfType<FunctionCallContent>())
            {
                names[call.CallId] = call.Name;
                calls.Add((JsonNode)CallOf(call, argumentsAsText));
            }
            if (calls.Count > 0)
                item["tool_calls"] = calls;
            array.Add((JsonNode)item);
        }
        if (array.Count == 0)
            throw new RequestRefusedException(RefusalCodes.InvalidPrompt, "there are no messages; give at least one", "messages");
        return array;
    }

    private static JsonObject CallOf(FunctionCallContent call, bool argumentsAsText)
    {
        var arguments = new JsonObject();
        foreach (var (name, value) in call.Arguments ?? new Dictionary<string, object?>())
            arguments[name] = value is JsonElement element ? NodeOf(element) : JsonSerializer.SerializeToNode(value, s_json);
        return new JsonObject
        {
            ["id"] = call.CallId,
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = argumentsAsText ? arguments.ToJsonString(s_json) : arguments },
        };
    }

    // A model may have written a name twice, which JsonNode.Parse does not bear: the last value counts.
    private static JsonNode? NodeOf(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var made = new JsonObject();
                foreach (var property in element.EnumerateObject())
                    made[property.Name] = NodeOf(property.Value);
                return made;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(NodeOf)]);
            default:
                return JsonNode.Parse(element.GetRawText());
        }
    }

    private static JsonObject ResultOf(AIContent content, string? author, Dictionary<string, string> names)
    {
        if (content is not FunctionResultContent result)
            throw new RequestRefusedException(RefusalCodes.UnsupportedParameter, "a message with a tool's result holds something else besides; give each its own message", "messages");
        var item = new JsonObject
        {
            ["role"] = "tool",
            ["content"] = result.Result switch { null => "", string text => text, JsonElement element => element.GetRawText(), var other => JsonSerializer.Serialize(other, s_json) },
            ["tool_call_id"] = result.CallId,
        };
        if ((author ?? names.GetValueOrDefault(result.CallId)) is { } name)
            item["name"] = name;
        return item;
    }

    private static string TextOf(ChatMessage message)
    {
        var text = new StringBuilder();
        var parts = 0;
        foreach (var content in message.Contents)
        {
            if (content is TextReasoningContent or FunctionCallContent)
                continue;
            if (content is not TextContent part)
                throw new RequestRefusedException(RefusalCodes.UnsupportedParameter,
                    $"a message of role '{message.Role.Value}' has content of kind {content.GetType().Name}; this engine takes text only", "messages");
            if (parts++ > 0)
                text.Append('\n');
            text.Append(part.Text);
        }
        return text.ToString();
    }
}
