using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.OpenAi.Responses.Answers;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.OpenAi.Responses.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Sealing;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Responses;

/// <summary>POST /v1/responses.</summary>
internal sealed class ResponsesEndpoint(
    ResponseAnswering answering, BackgroundResponses background, ResponseKeeping keeping, StoredContext context, ConversationLocks locks, StateStore state, Sealer sealer, RequestFrame frame, TimeProvider clock)
{
    public Task AnswerAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var owner = scope.Principal.Tenant;
        var reader = new ItemReader(sealer, owner);
        var request = ResponseRequest.Read(body.RootElement, reader);
        var stores = Stores(request);
        var card = ModelNames.FindChat(directory, request.Model);
        using var alone = locks.Enter(request.Continued.ConversationId);
        var before = await context.BeforeAsync(request.Continued, owner, reader, http.RequestAborted);
        var input = await context.ResolveAsync(request.Input, owner, reader, http.RequestAborted);
        var messages = ItemMessages.Of(request.Instructions, [.. before, .. input]);
        var made = new ResponseState(request, card, stores, clock.GetUtcNow().ToUnixTimeSeconds());
        var stream = request is { Stream: true, Background: false } ? new ResponseStream(http, made) : null;
        if (stream is not null)
            http.Response.RegisterForDispose(stream); // the frame still tells in it why it ends
        var model = made.Model = await scope.HoldAsync(directory, card, Cutoff.Of(http).Token, early: stream?.Early(request.Inert));
        EarlierThinking.Note(messages, model, request.Inert, "input:reasoning");
        request.Thinking.Apply(request.Options, model, request.Inert);
        scope.Principal.Stamp(request.Options.AdditionalProperties!, request.User);
        if (stream is not { Started: true })
            request.Inert.Tell(http);
        var run = new ResponseRun(made, model, new Generation(0, 0, messages, request.Options), owner,
            [.. input.Select(item => item.Named())], request.Included.SealsReasoning ? text => sealer.Seal(text, ItemReader.ReasoningSeal, owner) : null);
        if (request.Background)
        {
            await StartAsync(http, directory, card, run, alone);
            return;
        }
        await keeping.BeginAsync(run, http.RequestAborted);
        await (stream is not null ? answering.StreamAsync(http, run, stream) : answering.WholeAsync(http, run));
    });

    private bool Stores(ResponseRequest request)
    {
        if (request.Store == true)
            state.Require("store");
        if (request.Background)
            state.Require("background");
        return request.Store ?? state.IsOn;
    }

    private async Task StartAsync(HttpContext http, IModelDirectory directory, ModelCard card, ResponseRun run, ConversationLock alone)
    {
        run.Generation.TakePriority(Cutoff.Of(http).Urgency);
        background.Enter();
        EventLog log;
        try
        {
            await keeping.BeginAsync(run, http.RequestAborted);
            log = background.Start(run, await directory.AcquireAsync(card.Id, null, http.RequestAborted), alone.Hand());
        }
        catch
        {
            background.Leave();
            throw;
        }
        if (run.State.Request.Stream)
        {
            await RetrieveEndpoint.StreamAsync(http, log, 0);
            return;
        }
        // The first event holds the response as it was when it was queued; by now it may be another.
        await foreach (var (_, json) in log.ReadAsync(0, http.RequestAborted))
        {
            await RetrieveEndpoint.SendFirstAsync(http, json);
            break;
        }
    }
}
