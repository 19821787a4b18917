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
        List<ChatMessage> messages = [.. fields.Children("messages", fields.Take("messages"), "messages").Select(ReadOne)];
        return messages.Count > 0 ? messages : throw RefusedException.Field("messages", "'messages' is empty; at least one message is needed.", ErrorCodes.EmptyArray);
    }

    /// <summary>Most templates show neither names nor earlier thinking; who sends them should know that the model never sees them.</summary>
    public static void NoteNames(IReadOnlyList<ChatMessage> messages, ServedModel model, InertFields inert)
    {
        if (messages.Any(message => message.AuthorName is not null) && model.Text is { ShowsNames: false })
            inert.Add("messages[].name");
        EarlierThinking.Note(messages, model, inert, "messages[].reasoning_content");
    }

    private static ChatMessage ReadOne(Fields fields)
    {
        var path = fields.PathOf("role");
        var role = Fields.Text(fields.Take("role"), path) switch
        {
            "system" or "developer" => ChatRole.System,
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "tool" => ChatRole.Tool,
            "function" => throw RefusedException.Field(path, $"'{path}' is 'function', the older form of tools; send 'tool'.", ErrorCodes.UnsupportedValue),
            var other => throw RefusedException.Field(path, $"'{path}' is '{other}'; it must be system, developer, user, assistant or tool."),
        };
        var (thinking, calls) = (Thinking(fields), CallFields.Take(fields));
        var id = fields.TakeString("tool_call_id");
        if (role != ChatRole.Assistant && (thinking is not null || calls.Count > 0))
            throw RefusedException.Field(fields.PathOf(calls.Count > 0 ? "tool_calls" : "reasoning_content"), $"'{path}' is '{role}'; only an assistant's message may hold thinking and calls.");
        if ((role == ChatRole.Tool) != id is not null)
            throw RefusedException.Field(fields.PathOf("tool_call_id"), role == ChatRole.Tool ? $"Missing required parameter: '{fields.PathOf("tool_call_id")}'." : $"'{path}' is '{role}'; only a tool's message answers a call.",
                role == ChatRole.Tool ? ErrorCodes.MissingRequiredParameter : ErrorCodes.InvalidValue);
        var contents = Content(fields, isOptional: calls.Count > 0);
        if (id is not null)
            contents = [new FunctionResultContent(id, string.Join('\n', contents.Cast<TextContent>().Select(part => part.Text)))];
        if (thinking is not null)
            contents.Insert(0, new TextReasoningContent(thinking));
        contents.AddRange(calls);
        var message = new ChatMessage(role, contents) { AuthorName = fields.TakeString("name") };
        fields.Finish();
        return message;
    }

    private static string? Thinking(Fields fields)
    {
        var (first, second) = (fields.TakeString("reasoning_content"), fields.TakeString("reasoning"));
        return first is null || second is null || first == second ? first ?? second
            : throw RefusedException.Field(fields.PathOf("reasoning"), $"'{fields.PathOf("reasoning")}' and 'reasoning_content' differ; give only one of them.");
    }

    private static List<AIContent> Content(Fields fields, bool isOptional)
    {
        var path = fields.PathOf("content");
        if (!fields.TryTake("content", out var value))
            return isOptional ? [] : throw RefusedException.Field(path, $"Missing required parameter: '{path}'.", ErrorCodes.MissingRequiredParameter);
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
                throw RefusedException.Field(part.PathOf("type"), $"'{part.PathOf("type")}' is '{kind}'; only text parts are supported yet.", ErrorCodes.UnsupportedValue);
            parts.Add(new TextContent(Fields.Text(part.Take("text"), part.PathOf("text"))));
            part.Finish();
        }
        return parts.Count > 0 ? parts : throw RefusedException.Field(path, $"'{path}' is empty; at least one part is needed.", ErrorCodes.EmptyArray);
    }
}
