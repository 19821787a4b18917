using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Anthropic.Requests;

/// <summary>The conversation of a request: <c>system</c>, then <c>messages</c>.</summary>
internal static class ConversationFields
{
    public static List<ChatMessage> Take(Fields fields)
    {
        var messages = new List<ChatMessage>();
        if (fields.TryTake("system", out var system) && Content(fields, "system", system) is { Count: > 0 } instructions)
            messages.Add(new ChatMessage(ChatRole.System, instructions));
        var value = fields.Take("messages");
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("messages", "an array of messages", value);
        if (value.GetArrayLength() == 0)
            throw RefusedException.Field("messages", "'messages' is empty; at least one message is needed.", "empty_array");
        var index = 0;
        foreach (var element in value.EnumerateArray())
            messages.Add(ReadOne(fields.Child("messages", index++, element)));
        if (messages[^1].Role == ChatRole.Assistant)
            throw RefusedException.Field($"messages[{index - 1}].role", "The last message is the assistant's: to continue it (a prefill) is not supported; end with a user message.", "unsupported_value");
        return messages;
    }

    private static ChatMessage ReadOne(Fields fields)
    {
        var path = fields.PathOf("role");
        var role = Fields.Text(fields.Take("role"), path) switch
        {
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "system" => ChatRole.System,
            var other => throw RefusedException.Field(path, $"'{path}' is '{other}'; it must be user, assistant or system."),
        };
        var content = Content(fields, "content", fields.Take("content"));
        if (content.Count == 0)
            throw RefusedException.Field(fields.PathOf("content"), $"'{fields.PathOf("content")}' is empty; at least one block is needed.", "empty_array");
        fields.Finish();
        return new ChatMessage(role, content);
    }

    private static List<AIContent> Content(Fields fields, string name, JsonElement value)
    {
        var path = fields.PathOf(name);
        if (value.ValueKind == JsonValueKind.String)
            return [new TextContent(Fields.Text(value, path))];
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType(path, "a string or an array of blocks", value);
        var blocks = new List<AIContent>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
        {
            var block = fields.Child(name, blocks.Count, element);
            var kind = Fields.Text(block.Take("type"), block.PathOf("type"));
            if (kind != "text")
                throw RefusedException.Field(block.PathOf("type"), $"'{block.PathOf("type")}' is '{kind}'; only text blocks are supported yet.", "unsupported_value");
            blocks.Add(new TextContent(Fields.Text(block.Take("text"), block.PathOf("text"))));
            block.Finish();
        }
        return blocks;
    }
}
