using Freehold.Gateway.Dialects;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.OpenAi.Responses.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Sealing;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Responses;

/// <summary>POST /v1/responses/input_tokens: how many tokens a request's prompt would have.</summary>
internal sealed class InputTokensEndpoint(StoredContext context, Sealer sealer, RequestFrame frame)
{
    public Task AnswerAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var owner = scope.Principal.Tenant;
        var reader = new ItemReader(sealer, owner);
        var fields = new Fields(body.RootElement, ResponseParameters.InputTokens);
        var options = new ChatOptions { AdditionalProperties = [] };
        var name = fields.TakeString("model");
        var (given, instructions, continued) = (reader.Take(fields, "input"), fields.TakeString("instructions"), Continued.Take(fields));
        ToolBox.Take(fields, options);
        TextFields.Take(fields, options); // a form is enforced while the answer is made; it is not part of the prompt
        var thinking = ReasoningFields.Take(fields);
        fields.Finish();
        var card = ModelNames.FindChat(directory, name);
        var before = await context.BeforeAsync(continued, owner, reader, http.RequestAborted);
        var messages = ItemMessages.Of(instructions, [.. before, .. await context.ResolveAsync(given, owner, reader, http.RequestAborted)]);
        if (messages.Count == 0)
            throw RefusedException.Field("input", "Missing required parameter: 'input'.", ErrorCodes.MissingRequiredParameter);
        var model = await scope.HoldAsync(directory, card, Cutoff.Of(http).Token);
        if (model.Text is not { } text)
            throw RefusedException.Field("model", $"The tokens of '{model.Id}' are not known here.", ErrorCodes.UnsupportedValue);
        thinking.Apply(options, model, fields.Inert);
        var tokens = text.Render(messages, options).Ids.Count;
        fields.Inert.Tell(http);
        await ListJson.SendAsync(http, tokens, static (json, tokens) =>
        {
            json.WriteStartObject();
            json.WriteString("object", "response.input_tokens");
            json.WriteNumber("input_tokens", tokens);
            json.WriteEndObject();
        });
    });
}
