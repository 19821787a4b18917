using System.Text.Json;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.OpenAi.Responses;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.OpenAi.Responses.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Sealing;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Freehold.Gateway.OpenAi.Conversations;

/// <summary>/v1/conversations and the items of each.</summary>
internal sealed class ConversationEndpoint(ConversationStore conversations, StoredContext context, Sealer sealer, RequestFrame frame)
{
    private const int MostItems = 20;

    public Task CreateAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        using var body = await ReadOptionalAsync(http);
        var fields = new Fields(body.RootElement, ResponseParameters.ConversationCreate);
        var items = await TakeItemsAsync(fields, scope.Principal.Tenant, http.RequestAborted);
        var metadata = MetadataField.Take(fields) ?? MetadataField.None;
        fields.Finish();
        var made = await conversations.CreateAsync(scope.Principal.Tenant, Item.NewId("conv_"), TextOf(metadata), items, http.RequestAborted);
        fields.Inert.Tell(http);
        await SendAsync(http, made);
    });

    public Task ShowAsync(HttpContext http) => frame.RunAsync(http, async scope =>
        await SendAsync(http, await conversations.FindAsync(scope.Principal.Tenant, IdOf(http), null, http.RequestAborted) ?? throw NotFound(http)));

    public Task UpdateAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var fields = new Fields(body.RootElement, ResponseParameters.ConversationUpdate);
        var metadata = MetadataField.Take(fields) ?? MetadataField.None;
        fields.Finish();
        await SendAsync(http, await conversations.UpdateAsync(scope.Principal.Tenant, IdOf(http), TextOf(metadata), http.RequestAborted) ?? throw NotFound(http));
    });

    public Task DeleteAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        if (!await conversations.DeleteAsync(scope.Principal.Tenant, IdOf(http), http.RequestAborted))
            throw NotFound(http);
        await ListJson.SendDeletedAsync(http, IdOf(http), "conversation.deleted");
    });

    public Task AddItemsAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var fields = new Fields(body.RootElement, ResponseParameters.ConversationItems);
        var items = await TakeItemsAsync(fields, scope.Principal.Tenant, http.RequestAborted);
        fields.Finish();
        new QueryFields(http.Request).TakePage(beside: ["include"]);
        var added = await conversations.AddAsync(scope.Principal.Tenant, IdOf(http), items, http.RequestAborted) ?? throw NotFound(http);
        fields.Inert.Tell(http);
        await SendItemsAsync(http, new Page<StoredItem>(added, false));
    });

    public Task ListItemsAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        var page = new QueryFields(http.Request).TakePage(beside: ["include"]);
        await SendItemsAsync(http, await conversations.PageAsync(scope.Principal.Tenant, IdOf(http), page, http.RequestAborted) ?? throw NotFound(http));
    });

    public Task ShowItemAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        var item = await conversations.ItemAsync(scope.Principal.Tenant, IdOf(http), ItemOf(http), http.RequestAborted) ?? throw ItemNotFound(http);
        await ListJson.SendAsync(http, item, static (json, item) => json.WriteRawValue(item));
    });

    public Task DeleteItemAsync(HttpContext http) => frame.RunAsync(http, async scope =>
        await SendAsync(http, await conversations.DeleteItemAsync(scope.Principal.Tenant, IdOf(http), ItemOf(http), http.RequestAborted) ?? throw ItemNotFound(http)));

    private async Task<StoredItem[]> TakeItemsAsync(Fields fields, string owner, CancellationToken cancellationToken)
    {
        var reader = new ItemReader(sealer, owner);
        var items = reader.Take(fields, "items");
        if (items.Count > MostItems)
            throw RefusedException.Field("items", $"'items' has {items.Count} items; at most {MostItems} are taken at once.");
        return ResponseKeeping.StoredOf([.. (await context.ResolveAsync(items, owner, reader, cancellationToken)).Select(item => item.Named())]);
    }

    // OpenAI's client creates one with no body at all.
    private static async Task<JsonDocument> ReadOptionalAsync(HttpContext http) =>
        http.Request.ContentLength is 0 or null && http.Request.Headers.TransferEncoding.Count == 0 ? JsonDocument.Parse("{}") : await RequestBody.ReadAsync(http);

    private static string TextOf(IReadOnlyDictionary<string, string> metadata) => ListJson.Text(metadata, static (json, pairs) => MetadataField.Write(json, pairs));

    private static Task SendItemsAsync(HttpContext http, Page<StoredItem> page) => ListJson.SendPageAsync(http, page, item => item.Id, static (json, item) => json.WriteRawValue(item.Json));

    private static Task SendAsync(HttpContext http, StoredConversation conversation) => ListJson.SendAsync(http, conversation, static (json, conversation) =>
    {
        json.WriteStartObject();
        json.WriteString("id", conversation.Id);
        json.WriteString("object", "conversation");
        json.WriteNumber("created_at", conversation.Created);
        json.WritePropertyName("metadata");
        json.WriteRawValue(conversation.Metadata);
        json.WriteEndObject();
    });

    private static string IdOf(HttpContext http) => (string)http.GetRouteValue("id")!;

    private static string ItemOf(HttpContext http) => (string)http.GetRouteValue("item")!;

    private static RefusedException NotFound(HttpContext http) => StoredContext.ConversationNotFound(IdOf(http), null);

    private static RefusedException ItemNotFound(HttpContext http) =>
        new(new Refusal(404, ErrorCodes.ItemNotFound, null, $"There is no such item in the conversation '{IdOf(http)}'."));
}
