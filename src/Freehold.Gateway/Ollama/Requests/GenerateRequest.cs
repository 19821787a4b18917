using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Ollama.Requests;

/// <summary>A body of POST /api/generate, every field read or refused.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Messages">The prompt as a conversation; empty asks for the model to be loaded.</param>
/// <param name="Answer">How it is answered.</param>
internal sealed record GenerateRequest(string? Model, IReadOnlyList<ChatMessage> Messages, AnswerFields Answer)
{
    public static GenerateRequest Read(JsonElement body)
    {
        var fields = new Fields(body, OllamaParameters.Generate);
        var model = fields.TakeString("model");
        var prompt = fields.TakeString("prompt") ?? "";
        var system = fields.TakeString("system") ?? "";
        var raw = fields.TakeBoolean("raw") ?? false;
        var answer = AnswerFields.Take(fields, body);
        fields.Finish();
        if (raw && system.Length > 0)
            throw RefusedException.Field("system", "'system' needs the model's template, which 'raw' leaves out; put it into the prompt.");
        if (raw && answer.Thinking.On == true)
            throw RefusedException.Field("think", "'think' needs the model's template, which 'raw' leaves out; leave it out too.");
        if (raw)
            answer.Options.AdditionalProperties!["raw_prompt"] = prompt;
        List<ChatMessage> messages = [];
        if (prompt.Length > 0 && system.Length > 0)
            messages.Add(new ChatMessage(ChatRole.System, system));
        if (prompt.Length > 0)
            messages.Add(new ChatMessage(ChatRole.User, prompt));
        return new GenerateRequest(model, messages, raw ? answer with { Thinking = new ThinkingWish() } : answer);
    }
}
