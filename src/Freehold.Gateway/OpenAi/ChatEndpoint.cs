using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.OpenAi;

/// <summary>POST /v1/chat/completions.</summary>
internal sealed class ChatEndpoint(Answering answering, RequestFrame frame, TimeProvider clock)
{
    public Task AnswerAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = ChatRequest.Read(body.RootElement);
        var card = ModelNames.FindChat(directory, request.Model);
        var shape = new ChatShape(request.Options.AdditionalProperties!.ContainsKey("logprobs"), request.CustomTools);
        var head = Naming.HeadOf("chatcmpl-", card, clock) with { ServiceTier = request.ServiceTier };
        var model = await scope.HoldAsync(directory, card, Cutoff.Of(http).Token, early: Answering.EarlyOf(http, head, shape, request.Streaming, request.Inert));
        request.Thinking.Apply(request.Options, model, request.Inert);
        MessageReader.NoteNames(request.Messages, model, request.Inert);
        scope.Principal.Stamp(request.Options.AdditionalProperties!, request.User);
        var generations = new Generation[request.Choices];
        for (var choice = 0; choice < generations.Length; choice++)
            generations[choice] = new Generation(choice, 0, request.Messages, Generation.OptionsOf(request.Options, choice));
        request.Inert.Tell(http);
        await answering.AnswerAsync(http, model, head.By(model), shape, generations, request.Streaming);
    });
}
