using System.Text;
using System.Text.Json.Nodes;
using Freehold.Engine.Refusals;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Chat;

/// <summary>Chat messages as chat templates take them: <c>[{role, content, name?}]</c> with plain strings.</summary>
internal static class PromptMessages
{
    /// <summary>
    /// The messages, the instructions as a system message before them. Several text parts of one message are joined with a line break, as other servers do
    /// for templates that take strings.
    /// </summary>
    /// <exception cref="RequestRefusedException">A part is no text.</exception>
    public static JsonArray Of(IEnumerable<ChatMessage> messages, string? instructions)
    {
        var array = new JsonArray();
        if (!string.IsNullOrEmpty(instructions))
            array.Add((JsonNode)new JsonObject { ["role"] = "system", ["content"] = instructions });
        foreach (var message in messages)
        {
            var item = new JsonObject { ["role"] = message.Role.Value, ["content"] = TextOf(message) };
            if (message.AuthorName is not null)
                item["name"] = message.AuthorName;
            array.Add((JsonNode)item);
        }
        if (array.Count == 0)
            throw new RequestRefusedException(RefusalCodes.InvalidPrompt, "there are no messages; give at least one", "messages");
        return array;
    }

    private static string TextOf(ChatMessage message)
    {
        var text = new StringBuilder();
        var parts = 0;
        foreach (var content in message.Contents)
        {
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
