using System.Globalization;
using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Freehold.Gateway.Anthropic;

/// <summary>GET /v1/models and /v1/models/{id}, for who sends <see cref="AnthropicDialect.VersionHeader"/>.</summary>
internal sealed class ModelEndpoint(RequestFrame frame)
{
    private const int DefaultLimit = 20, MaxLimit = 1000;

    public Task ListAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async _ =>
    {
        var (page, more) = PageOf(directory.Models, http.Request.Query);
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("data");
        foreach (var model in page)
            Write(json, model);
        json.WriteEndArray();
        json.WriteBoolean("has_more", more);
        json.WriteString("first_id", page.Count > 0 ? page[0].Id : null);
        json.WriteString("last_id", page.Count > 0 ? page[^1].Id : null);
        json.WriteEndObject();
    });

    public Task ShowAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async _ =>
    {
        var model = ModelNames.Find(directory, http.GetRouteValue("id") as string);
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        Write(json, model);
    });

    private static (IReadOnlyList<ModelCard> Page, bool More) PageOf(IReadOnlyList<ModelCard> models, IQueryCollection query)
    {
        var limit = DefaultLimit;
        if (query["limit"].ToString() is { Length: > 0 } asked && (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            throw RefusedException.Field("limit", $"'limit' must be from 1 to {MaxLimit}.");
        var (after, before) = (Place(models, query, "after_id"), Place(models, query, "before_id"));
        var (from, to) = (after is { } last ? last + 1 : 0, before ?? models.Count);
        // Going back, the page is the one that ends before the named model.
        if (before is not null && after is null)
            from = Math.Max(0, to - limit);
        var page = models.Skip(from).Take(Math.Min(limit, to - from)).ToList();
        return (page, before is not null && after is null ? from > 0 : from + page.Count < to);
    }

    private static int? Place(IReadOnlyList<ModelCard> models, IQueryCollection query, string name)
    {
        if (query[name].ToString() is not { Length: > 0 } id)
            return null;
        for (var i = 0; i < models.Count; i++)
            if (models[i].Id == id)
                return i;
        throw RefusedException.Field(name, $"'{name}' names no model that is served.");
    }

    /// <summary>Refuses Anthropic's files, which share their path with OpenAI's.</summary>
    public Task RefuseFilesAsync(HttpContext http) => frame.RunAsync(http, _ =>
        throw new RefusedException(new Refusal(StatusCodes.Status501NotImplemented, ErrorCodes.NotOffered, null, "Anthropic's files are not kept here: put the text into the message. (OpenAI's files are, at this path without the header anthropic-version.)")));

    private static void Write(Utf8JsonWriter json, ModelCard model)
    {
        json.WriteStartObject();
        json.WriteString("type", "model");
        json.WriteString("id", model.Id);
        json.WriteString("display_name", model.Id);
        json.WriteString("created_at", model.Created.UtcDateTime);
        json.WriteString("lifecycle", "active");
        json.WriteNumber("max_input_tokens", model.ContextLength);
        json.WriteNumber("max_tokens", model.ContextLength);
        json.WriteEndObject();
    }
}
