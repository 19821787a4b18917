using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.OpenAi.Responses.Answers;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Freehold.Gateway.OpenAi.Responses;

/// <summary>What is done with a stored response: GET and DELETE /v1/responses/{id}, POST .../cancel, GET .../input_items.</summary>
internal sealed class RetrieveEndpoint(ResponseStore responses, BackgroundResponses background, RequestFrame frame)
{
    public Task ShowAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        var (owner, id) = (scope.Principal.Tenant, IdOf(http));
        var query = new QueryFields(http.Request);
        var (streams, after) = (query.TakeBoolean("stream"), query.TakeInt32("starting_after", 0, int.MaxValue));
        query.Take("include"); // whatever there is is shown
        if (query.TakeBoolean("include_obfuscation"))
            throw RefusedException.Field("include_obfuscation", "'include_obfuscation' would pad events against observers of their lengths, which is not supported; leave it out.", ErrorCodes.UnsupportedParameter);
        query.Finish();
        var found = await FindAsync(owner, id, http.RequestAborted);
        if (!streams)
        {
            await SendAsync(http, found);
            return;
        }
        var log = background.Find(owner, id) ?? throw RefusedException.Field("stream", "Only a response that is being made in the background can be streamed, and for five minutes after; retrieve this one without 'stream'.");
        await StreamAsync(http, log, after is { } number ? number + 1 : 0);
    });

    public Task DeleteAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        var (owner, id) = (scope.Principal.Tenant, IdOf(http));
        await background.CancelAsync(owner, id);
        if (!await responses.DeleteAsync(owner, id, http.RequestAborted))
            throw NotFound(id);
        await ListJson.SendDeletedAsync(http, id, "response");
    });

    public Task CancelAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        var (owner, id) = (scope.Principal.Tenant, IdOf(http));
        var found = await FindAsync(owner, id, http.RequestAborted);
        if (JsonNode.Parse(found.Body)!["background"] is not JsonValue flag || !flag.GetValue<bool>())
            throw new RefusedException(new Refusal(400, ErrorCodes.InvalidValue, null, $"The response '{id}' was not made in the background; only such can be cancelled. Close the connection to end another."));
        await background.CancelAsync(owner, id);
        await SendAsync(http, await FindAsync(owner, id, http.RequestAborted));
    });

    public Task InputAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        var id = IdOf(http);
        var page = new QueryFields(http.Request).TakePage(beside: ["include"]);
        var items = await responses.InputAsync(scope.Principal.Tenant, id, page, http.RequestAborted) ?? throw NotFound(id);
        await ListJson.SendPageAsync(http, items, item => item.Id, static (json, item) => json.WriteRawValue(item.Json));
    });

    /// <summary>Answers with the events from that number on.</summary>
    public static async Task StreamAsync(HttpContext http, EventLog log, int from)
    {
        using var events = new EventStream(http.Response);
        events.Start();
        await http.Response.StartAsync(http.RequestAborted);
        await foreach (var (type, told) in log.ReadAsync(from, http.RequestAborted))
            await events.SendAsync(told, static (json, text) => json.WriteRawValue(text, skipInputValidation: true), http.RequestAborted, type);
    }

    /// <summary>Answers with the response that an event holds.</summary>
    public static Task SendFirstAsync(HttpContext http, string created) => ListJson.SendAsync(http, created, static (json, text) =>
    {
        using var document = JsonDocument.Parse(text);
        document.RootElement.GetProperty("response").WriteTo(json);
    });

    private async Task<StoredResponse> FindAsync(string owner, string id, CancellationToken cancellationToken) =>
        await responses.FindAsync(owner, id, cancellationToken) ?? throw NotFound(id);

    private static Task SendAsync(HttpContext http, StoredResponse found) => ListJson.SendAsync(http, found, static (json, found) =>
    {
        using var body = JsonDocument.Parse(found.Body);
        json.WriteStartObject();
        foreach (var property in body.RootElement.EnumerateObject())
            property.WriteTo(json);
        json.WriteStartArray("output");
        foreach (var item in found.Output)
            json.WriteRawValue(item);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string IdOf(HttpContext http) => (string)http.GetRouteValue("id")!;

    private static RefusedException NotFound(string id) => new(new Refusal(404, ErrorCodes.ResponseNotFound, null, $"There is no stored response '{(id.Length <= 100 ? id : id[..100] + "...")}'."));
}
