using Freehold.Gateway.Dialects;
using Freehold.Gateway.Ollama.Answers;
using Freehold.Gateway.Ollama.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Ollama;

/// <summary>POST /api/chat and /api/generate.</summary>
internal sealed class ChatEndpoint(Answering answering, RequestFrame frame)
{
    public Task ChatAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = ChatRequest.Read(body.RootElement);
        var model = await HoldAsync(http, scope, directory, request.Model);
        await answering.AnswerAsync(http, scope, model, request.Messages, request.Answer, AnswerShape.Chat);
    });

    public Task GenerateAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = GenerateRequest.Read(body.RootElement);
        var model = await HoldAsync(http, scope, directory, request.Model);
        await answering.AnswerAsync(http, scope, model, request.Messages, request.Answer, AnswerShape.Generate);
    });

    private static ValueTask<ServedModel> HoldAsync(HttpContext http, RequestScope scope, IModelDirectory directory, string? name)
    {
        var card = TaggedNames.Find(directory, name);
        return card.Chats ? scope.HoldAsync(directory, card, http.RequestAborted)
            : throw RefusedException.Field("model", $"\"{card.Id}\" does not support chat: it gives embeddings.", "unsupported_value");
    }
}
