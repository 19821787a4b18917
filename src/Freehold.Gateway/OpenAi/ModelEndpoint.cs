using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Freehold.Gateway.OpenAi;

/// <summary>GET /v1/models and /v1/models/{id}.</summary>
internal sealed class ModelEndpoint(RequestFrame frame)
{
    public Task ListAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async _ =>
    {
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var model in directory.Models)
            Write(json, model);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Task ShowAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async _ =>
    {
        var model = ModelNames.Find(directory, http.GetRouteValue("id") as string);
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        Write(json, model);
    });

    private static void Write(Utf8JsonWriter json, ModelCard model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", model.Created.ToUnixTimeSeconds());
        json.WriteString("owned_by", model.OwnedBy);
        // Ours beyond OpenAI's four: what a client must know to stay inside the model's bounds.
        json.WriteNumber("context_length", model.ContextLength);
        json.WriteStartArray("capabilities");
        if (model.Chats)
            json.WriteStringValue("chat");
        if (model.Embeds)
            json.WriteStringValue("embeddings");
        json.WriteEndArray();
        if (model.Note is not null)
            json.WriteString("note", model.Note);
        json.WriteEndObject();
    }
}
