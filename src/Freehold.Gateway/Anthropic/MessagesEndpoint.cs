using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Anthropic.Answers;
using Freehold.Gateway.Anthropic.Requests;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Anthropic;

/// <summary>POST /v1/messages and /v1/messages/count_tokens.</summary>
internal sealed class MessagesEndpoint(Answering answering, RequestFrame frame)
{
    /// <summary>Names features in trial; none changes what is answered here.</summary>
    private const string BetaHeader = "anthropic-beta";

    public Task AnswerAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = MessagesRequest.Read(body.RootElement);
        var model = await scope.HoldAsync(directory, FindChat(directory, request.Model), http.RequestAborted);
        scope.Principal.Stamp(request.Options.AdditionalProperties!, null);
        Tell(http, request.Inert);
        var generation = new Generation(0, 0, request.Messages, request.Options);
        await (request.Stream ? answering.StreamAsync(http, model, generation) : answering.WholeAsync(http, model, generation));
    });

    public Task CountAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var fields = new Fields(body.RootElement, AnthropicParameters.CountTokens);
        var name = fields.TakeString("model");
        var messages = ConversationFields.Take(fields);
        _ = OutputFields.Take(fields); // a form is enforced while the answer is made; it is not part of the prompt
        fields.Finish();
        var model = await scope.HoldAsync(directory, FindChat(directory, name), http.RequestAborted);
        if (model.Text is not { } text)
            throw RefusedException.Field("model", $"The tokens of '{model.Id}' are not known here.", "unsupported_value");
        var tokens = text.Render(messages, null, addGenerationPrompt: true).Ids.Count;
        Tell(http, fields.Inert);
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteNumber("input_tokens", tokens);
        json.WriteEndObject();
    });

    private static ModelCard FindChat(IModelDirectory directory, string? name)
    {
        var model = ModelNames.Find(directory, name);
        return model.Chats ? model : throw RefusedException.Field("model", $"The model '{model.Id}' gives embeddings and cannot chat.", "unsupported_value");
    }

    private static void Tell(HttpContext http, InertFields inert)
    {
        if (http.Request.Headers.ContainsKey(BetaHeader))
            inert.Add(BetaHeader);
        inert.Tell(http);
    }
}
