using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Ollama.Requests;

/// <summary>A body of POST /api/chat, every field read or refused.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Messages">The conversation; empty asks for the model to be loaded.</param>
/// <param name="Answer">How it is answered.</param>
internal sealed record ChatRequest(string? Model, IReadOnlyList<ChatMessage> Messages, AnswerFields Answer)
{
    public static ChatRequest Read(JsonElement body)
    {
        var fields = new Fields(body, OllamaParameters.Chat);
        var model = fields.TakeString("model");
        var messages = TakeMessages(fields);
        var answer = AnswerFields.Take(fields, body);
        fields.Finish();
        return new ChatRequest(model, messages, answer);
    }

    private static List<ChatMessage> TakeMessages(Fields fields)
    {
        if (!fields.TryTake("messages", out var value))
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("messages", "an array of messages", value);
        var messages = new List<ChatMessage>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
            messages.Add(ReadOne(fields.Child("messages", messages.Count, element)));
        return messages;
    }

    private static ChatMessage ReadOne(Fields fields)
    {
        var path = fields.PathOf("role");
        var role = Fields.Text(fields.Take("role"), path) switch
        {
            "system" => ChatRole.System,
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "tool" => throw RefusedException.Field(path, $"'{path}': results of tools are not supported yet.", "unsupported_value"),
            var other => throw RefusedException.Field(path, $"'{path}' is '{other}'; it must be system, user or assistant."),
        };
        var message = new ChatMessage(role, fields.TakeString("content") ?? "");
        fields.Finish();
        return message;
    }
}
