using Freehold.Gateway.Dialects;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.Ollama.Answers;
using Freehold.Gateway.Ollama.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Ollama;

/// <summary>POST /api/chat and /api/generate.</summary>
internal sealed class ChatEndpoint(Answering answering, IModelLife life, RequestFrame frame)
{
    public Task ChatAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = ChatRequest.Read(body.RootElement);
        await AnswerAsync(http, scope, directory, request.Model, request.Messages, request.Answer, AnswerShape.Chat);
    });

    public Task GenerateAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = GenerateRequest.Read(body.RootElement);
        await AnswerAsync(http, scope, directory, request.Model, request.Messages, request.Answer, AnswerShape.Generate);
    });

    // Nothing to answer asks to load the model, or with 'keep_alive' 0 to unload it; that is also how an encoder is loaded ahead.
    private async Task AnswerAsync(HttpContext http, RequestScope scope, IModelDirectory directory, string? name, IReadOnlyList<ChatMessage> messages, AnswerFields answer, AnswerShape shape)
    {
        var card = TaggedNames.Find(directory, name);
        if (messages.Count == 0 && answer.KeepAlive == TimeSpan.Zero)
        {
            await life.UnloadAsync(card.Id, Cutoff.Of(http).Token);
            await answering.TellUnloadedAsync(http, card, answer, shape);
            return;
        }
        if (!card.Chats && messages.Count > 0)
            throw RefusedException.Field("model", $"\"{card.Id}\" does not support chat: it {card.Does}.", ErrorCodes.UnsupportedValue);
        var durations = answering.Begin();
        var model = await scope.HoldAsync(directory, card, Cutoff.Of(http).Token, answer.KeepAlive, answering.EarlyOf(http, card, answer, shape));
        durations.Loaded();
        await answering.AnswerAsync(http, scope, model, messages, answer, shape, durations);
    }
}
