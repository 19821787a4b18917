using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>The conversation of a chat request.</summary>
internal static class MessageReader
{
    public static List<ChatMessage> Take(Fields fields)
    {
        var value = fields.Take("messages");
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("messages", "an array of messages", value);
        var messages = new List<ChatMessage>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
            messages.Add(ReadOne(fields.Child("messages", messages.Count, element)));
        return messages.Count > 0 ? messages : throw RefusedException.Field("messages", "'messages' is empty; at least one message is needed.", "empty_array");
    }

    /// <summary>Most templates show no names; who sends one should know that the model never sees it.</summary>
    public static void NoteNames(IReadOnlyList<ChatMessage> messages, ServedModel model, InertFields inert)
    {
        if (messages.Any(message => message.AuthorName is not null) && model.Text is { ShowsNames: false })
            inert.Add("messages[].name");
    }

    private static ChatMessage ReadOne(Fields fields)
    {
        var path = fields.PathOf("role");
        var role = Fields.Text(fields.Take("role"), path) switch
        {
            "system" or "developer" => ChatRole.System,
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "tool" or "function" => throw RefusedException.Field(path, $"'{path}': results of tools are not supported yet.", "unsupported_value"),
            var other => throw RefusedException.Field(path, $"'{path}' is '{other}'; it must be system, developer, user or assistant."),
        };
        var message = new ChatMessage(role, Content(fields)) { AuthorName = fields.TakeString("name") };
        fields.Finish();
        return message;
    }

    private static List<AIContent> Content(Fields fields)
    {
        var path = fields.PathOf("content");
        var value = fields.Take("content");
        if (value.ValueKind == JsonValueKind.String)
            return [new TextContent(Fields.Text(value, path))];
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType(path, "a string or an array of parts", value);
        var parts = new List<AIContent>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
        {
            var part = fields.Child("content", parts.Count, element);
            var kind = Fields.Text(part.Take("type"), part.PathOf("type"));
            if (kind != "text")
                throw RefusedException.Field(part.PathOf("type"), $"'{part.PathOf("type")}' is '{kind}'; only text parts are supported yet.", "unsupported_value");
            parts.Add(new TextContent(Fields.Text(part.Take("text"), part.PathOf("text"))));
            part.Finish();
        }
        return parts.Count > 0 ? parts : throw RefusedException.Field(path, $"'{path}' is empty; at least one part is needed.", "empty_array");
    }
}
