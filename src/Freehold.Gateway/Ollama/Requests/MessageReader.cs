using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Ollama.Requests;

/// <summary>The conversation of a chat request.</summary>
internal static class MessageReader
{
    public static List<ChatMessage> Take(Fields fields)
    {
        if (!fields.TryTake("messages", out var value))
            return [];
        var calls = new EarlierCalls();
        return [.. fields.Children("messages", value, "messages").Select(message => ReadOne(message, calls))];
    }

    private static ChatMessage ReadOne(Fields fields, EarlierCalls calls)
    {
        var path = fields.PathOf("role");
        var role = Fields.Text(fields.Take("role"), path) switch
        {
            "system" => ChatRole.System,
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "tool" => ChatRole.Tool,
            var other => throw RefusedException.Field(path, $"'{path}' is '{other}'; it must be system, user, assistant or tool."),
        };
        var (content, thinking, made) = (fields.TakeString("content") ?? "", fields.TakeString("thinking"), calls.Take(fields));
        var (name, id) = (fields.TakeString("tool_name"), fields.TakeString("tool_call_id"));
        if (role != ChatRole.Assistant && (!string.IsNullOrEmpty(thinking) || made.Count > 0))
            throw RefusedException.Field(fields.PathOf(made.Count > 0 ? "tool_calls" : "thinking"), $"'{path}' is '{role}'; only an assistant's message may hold thinking and calls.");
        if (role != ChatRole.Tool && (!string.IsNullOrEmpty(name) || !string.IsNullOrEmpty(id)))
            throw RefusedException.Field(fields.PathOf(string.IsNullOrEmpty(id) ? "tool_name" : "tool_call_id"), $"'{path}' is '{role}'; only a tool's message answers a call.");
        List<AIContent> contents = role == ChatRole.Tool ? [calls.Answer(fields, string.IsNullOrEmpty(id) ? null : id, string.IsNullOrEmpty(name) ? null : name, content)] : [new TextContent(content), .. made];
        if (!string.IsNullOrEmpty(thinking))
            contents.Insert(0, new TextReasoningContent(thinking));
        fields.Finish();
        return new ChatMessage(role, contents);
    }
}
