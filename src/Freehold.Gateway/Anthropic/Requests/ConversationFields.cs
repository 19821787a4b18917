using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Anthropic.Requests;

/// <summary>The conversation of a request: <c>system</c>, then <c>messages</c>.</summary>
internal static class ConversationFields
{
    public static List<ChatMessage> Take(Fields fields, ThinkingSignature signatures)
    {
        var messages = new List<ChatMessage>();
        if (fields.TryTake("system", out var system) && ContentBlocks.Text(fields, "system", system) is { Count: > 0 } instructions)
            messages.Add(new ChatMessage(ChatRole.System, instructions));
        var value = fields.Take("messages");
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("messages", "an array of messages", value);
        if (value.GetArrayLength() == 0)
            throw RefusedException.Field("messages", "'messages' is empty; at least one message is needed.", ErrorCodes.EmptyArray);
        var (index, blocks) = (0, new ContentBlocks(signatures));
        foreach (var element in value.EnumerateArray())
            Read(fields.Child("messages", index++, element), blocks, messages);
        if (messages[^1].Role == ChatRole.Assistant)
            throw RefusedException.Field($"messages[{index - 1}].role", "The last message is the assistant's: to continue it (a prefill) is not supported; end with a user message.", ErrorCodes.UnsupportedValue);
        return messages;
    }

    private static void Read(Fields fields, ContentBlocks blocks, List<ChatMessage> messages)
    {
        var path = fields.PathOf("role");
        var role = Fields.Text(fields.Take("role"), path) switch
        {
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "system" => ChatRole.System,
            var other => throw RefusedException.Field(path, $"'{path}' is '{other}'; it must be user, assistant or system."),
        };
        var value = fields.Take("content");
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
            throw RefusedException.Field(fields.PathOf("content"), $"'{fields.PathOf("content")}' is empty; at least one block is needed.", ErrorCodes.EmptyArray);
        var content = role == ChatRole.User ? blocks.User(fields, "content", value)
            : role == ChatRole.Assistant ? blocks.Assistant(fields, "content", value)
            : ContentBlocks.Text(fields, "content", value);
        fields.Finish();
        if (role == ChatRole.User)
            Part(content, messages);
        else
            messages.Add(new ChatMessage(role, content));
    }

    // Results of tools are messages of their own, where they stand.
    private static void Part(List<AIContent> content, List<ChatMessage> messages)
    {
        for (int from = 0, to; from < content.Count; from = to)
        {
            var isResult = content[from] is FunctionResultContent;
            for (to = from + 1; to < content.Count && content[to] is FunctionResultContent == isResult; to++)
            {
            }
            messages.Add(new ChatMessage(isResult ? ChatRole.Tool : ChatRole.User, content[from..to]));
        }
    }
}
