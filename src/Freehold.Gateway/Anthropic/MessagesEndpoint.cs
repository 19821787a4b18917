using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Anthropic.Answers;
using Freehold.Gateway.Anthropic.Requests;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Anthropic;

/// <summary>POST /v1/messages and /v1/messages/count_tokens.</summary>
internal sealed class MessagesEndpoint(Answering answering, RequestFrame frame, ThinkingSignature signatures)
{
    /// <summary>Names features in trial; none changes what is answered here.</summary>
    private const string BetaHeader = "anthropic-beta";

    /// <summary>Asks that all tools' input is told while it is written, as <c>eager_input_streaming</c> does for one.</summary>
    private const string FineGrained = "fine-grained-tool-streaming";

    public Task AnswerAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = MessagesRequest.Read(body.RootElement, signatures);
        var early = request.Stream ? answering.EarlyOf(http, request.Inert) : null;
        var model = await scope.HoldAsync(directory, ModelNames.FindChat(directory, request.Model), Cutoff.Of(http).Token, early: early);
        scope.Principal.Stamp(request.Options.AdditionalProperties!, null);
        Settle(http, request, model);
        var generation = new Generation(0, 0, request.Messages, request.Options);
        var isEager = http.Request.Headers[BetaHeader].Any(value => value?.Contains(FineGrained, StringComparison.Ordinal) is true);
        await (request.Stream ? answering.StreamAsync(http, model, generation, name => isEager || request.Eager.Contains(name)) : answering.WholeAsync(http, model, generation));
    });

    public Task CountAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = MessagesRequest.ReadCount(body.RootElement, signatures);
        var model = await scope.HoldAsync(directory, ModelNames.FindChat(directory, request.Model), Cutoff.Of(http).Token);
        if (model.Text is not { } text)
            throw RefusedException.Field("model", $"The tokens of '{model.Id}' are not known here.", ErrorCodes.UnsupportedValue);
        Settle(http, request, model);
        var tokens = text.Render(request.Messages, request.Options).Ids.Count;
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteNumber("input_tokens", tokens);
        json.WriteEndObject();
    });

    // What depends on the model is decided, and what nothing depends on is told.
    private static void Settle(HttpContext http, MessagesRequest request, ServedModel model)
    {
        request.Thinking.Apply(request.Options, model, request.Inert);
        EarlierThinking.Note(request.Messages, model, request.Inert, "messages[].content[].thinking");
        if (http.Request.Headers.ContainsKey(BetaHeader))
            request.Inert.Add(BetaHeader);
        request.Inert.Tell(http);
    }
}
