using System.Text.Json;
using Freehold.Gateway.Requests;
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
        var messages = MessageReader.Take(fields);
        var answer = AnswerFields.Take(fields, body);
        answer.Options.Tools = ToolFields.Take(fields);
        fields.Finish();
        return new ChatRequest(model, messages, answer);
    }
}
