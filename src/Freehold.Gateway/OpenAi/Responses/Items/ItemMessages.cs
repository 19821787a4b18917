using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Responses.Items;

/// <summary>Items as the messages that a model is given: what the assistant thought, said and called between two turns of others is one message of its own.</summary>
internal static class ItemMessages
{
    private const string Compacted = "Summary of the conversation so far:\n\n";

    /// <summary>The messages.</summary>
    /// <param name="instructions">Goes before all; null for none.</param>
    /// <param name="items">The items; references are resolved.</param>
    public static List<ChatMessage> Of(string? instructions, IEnumerable<Item> items)
    {
        var messages = new List<ChatMessage>();
        if (!string.IsNullOrEmpty(instructions))
            messages.Add(new ChatMessage(ChatRole.System, instructions));
        foreach (var item in items)
        {
            switch (item)
            {
                case MessageItem { Role: "assistant" } said:
                    var open = OpenTurn(messages, last => last is TextReasoningContent);
                    foreach (var text in said.Texts)
                        open.Add(new TextContent(text));
                    break;
                case MessageItem message:
                    messages.Add(new ChatMessage(message.Role == "user" ? ChatRole.User : ChatRole.System, [.. message.Texts.Select(text => new TextContent(text))]));
                    break;
                case ReasoningItem { Text.Length: > 0 } thought:
                    OpenTurn(messages, last => last is TextReasoningContent).Add(new TextReasoningContent(thought.Text));
                    break;
                case CallItem call:
                    OpenTurn(messages, _ => true).Add(new FunctionCallContent(call.CallId, ToolNames.Join(call.Namespace, call.Name), ItemArguments.Of(call)));
                    break;
                case ResultItem result:
                    messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(result.CallId, result.Output)]));
                    break;
                case CompactionItem compaction:
                    messages.Add(new ChatMessage(ChatRole.User, Compacted + compaction.Summary));
                    break;
            }
        }
        return messages;
    }

    private static IList<AIContent> OpenTurn(List<ChatMessage> messages, Func<AIContent, bool> goesOnBehind)
    {
        if (messages is [.., { Contents: [.., var end] } last] && last.Role == ChatRole.Assistant && goesOnBehind(end))
            return last.Contents;
        messages.Add(new ChatMessage(ChatRole.Assistant, []));
        return messages[^1].Contents;
    }
}

/// <summary>How tools of a namespace are called before the model: <c>namespace.name</c>.</summary>
internal static class ToolNames
{
    public static string Join(string? space, string name) => space is null ? name : $"{space}.{name}";
}
