using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Freehold.Gateway.OpenAi;

/// <summary>GET /v1/models and /v1/models/{id}.</summary>
internal sealed class ModelEndpoint(IModelLife life, RequestFrame frame)
{
    public Task ListAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async _ =>
    {
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        var states = life.Look().Models;
        foreach (var model in directory.Models)
            Write(json, model, StateOf(states, model));
        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Task ShowAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async _ =>
    {
        var model = ModelNames.Find(directory, http.GetRouteValue("id") as string);
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        Write(json, model, StateOf(life.Look().Models, model));
    });

    // Of a model that is being replaced there are two; the one that serves, or comes, is meant.
    private static ModelState? StateOf(IReadOnlyList<ModelState> states, ModelCard model) =>
        states.Where(state => state.Card.Id == (model.AliasOf ?? model.Id)).OrderBy(state => state.Phase switch { ModelPhase.Loaded => 0, ModelPhase.Loading => 1, _ => 2 }).FirstOrDefault();

    private static void Write(Utf8JsonWriter json, ModelCard model, ModelState? state)
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
        if (model.Embeds || model.Reranks)
            json.WriteStringValue("rerank");
        json.WriteEndArray();
        if (model.Note is not null)
            json.WriteString("note", model.Note);
        if (model.AliasOf is not null)
            json.WriteString("alias_of", model.AliasOf);
        if (state is not null)
        {
            json.WriteString("state", ModelPhases.NameOf(state.Phase));
            ModelPhases.WriteProgress(json, state.Progress);
            if (state.Failure is not null)
                json.WriteString("failure", state.Failure);
        }
        json.WriteEndObject();
    }
}
