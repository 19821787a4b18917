using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Tokens;

/// <summary>
/// POST /apply-template: the prompt that a chat's messages (in OpenAI's form, as in llama.cpp's server) become, its number of tokens, the messages as the template got
/// them, and the rule by which they were mapped.
/// </summary>
internal sealed class ApplyTemplateEndpoint(RequestFrame frame)
{
    public Task AnswerAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var fields = new Fields(body.RootElement, OpenAiParameters.ApplyTemplate);
        var (model, text) = await TokenEndpoints.HoldAsync(http, scope, directory, fields.TakeString("model"));
        var messages = MessageReader.Take(fields);
        var variables = TemplateVariables.Take(fields);
        var addGenerationPrompt = fields.TakeBoolean("add_generation_prompt") ?? true;
        fields.Finish();
        var rendered = text.Render(messages, variables, addGenerationPrompt);

        MessageReader.NoteNames(messages, model, fields.Inert);
        fields.Inert.Tell(http);
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteString("prompt", rendered.Prompt);
        json.WriteNumber("tokens", rendered.Ids.Count);
        json.WritePropertyName("messages");
        rendered.Messages.WriteTo(json);
        json.WriteString("rule", rendered.Rule);
        json.WriteEndObject();
    });
}
