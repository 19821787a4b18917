using System.Text.Json;
using Freehold.Gateway.OpenAi.Responses.Answers;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.OpenAi.Responses.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;

namespace Freehold.Gateway.OpenAi.Responses;

/// <summary>What of a conversation a request does not send, because it is stored here.</summary>
internal sealed class StoredContext(ResponseStore responses, ConversationStore conversations)
{
    /// <summary>What goes before a request's input.</summary>
    /// <exception cref="RefusedException">It is not there (404), it is not whole or has not ended (400).</exception>
    public async Task<List<Item>> BeforeAsync(Continued continued, string owner, ItemReader reader, CancellationToken cancellationToken)
    {
        if (continued.PreviousId is { } previous)
        {
            var chain = await responses.ChainAsync(owner, previous, cancellationToken)
                ?? throw new RefusedException(new Refusal(404, ErrorCodes.PreviousResponseNotFound, "previous_response_id", $"There is no stored response '{Short(previous)}'. Send the whole conversation as 'input'."));
            if (!chain.IsWhole)
                throw RefusedException.Field("previous_response_id", $"A response that '{previous}' continues was deleted or has expired. Send the whole conversation as 'input'.");
            if (chain.Status is not (ResponseState.Completed or ResponseState.Incomplete))
                throw RefusedException.Field("previous_response_id", $"The response '{previous}' is {chain.Status}; only one that has an answer can be continued.");
            return Read(chain.Items, reader);
        }
        if (continued.ConversationId is { } conversation)
            return Read(await conversations.ItemsAsync(owner, conversation, cancellationToken) ?? throw ConversationNotFound(conversation, "conversation"), reader);
        return [];
    }

    /// <summary>The items themselves in place of references to stored ones.</summary>
    /// <exception cref="RefusedException">One is not there (404).</exception>
    public async Task<List<Item>> ResolveAsync(IReadOnlyList<Item> items, string owner, ItemReader reader, CancellationToken cancellationToken)
    {
        var resolved = new List<Item>(items.Count);
        foreach (var item in items)
        {
            if (item is not ReferenceItem reference)
            {
                resolved.Add(item);
                continue;
            }
            var json = await responses.ItemAsync(owner, reference.Reference, cancellationToken)
                ?? throw new RefusedException(new Refusal(404, ErrorCodes.ItemNotFound, reference.Path, $"There is no stored item '{Short(reference.Reference)}'. Send the item itself."));
            resolved.AddRange(Read([json], reader));
        }
        return resolved;
    }

    /// <summary>The refusal of a conversation that is not there.</summary>
    public static RefusedException ConversationNotFound(string id, string? param) =>
        new(new Refusal(404, ErrorCodes.ConversationNotFound, param, $"There is no conversation '{Short(id)}'."));

    private static string Short(string id) => id.Length <= 100 ? id : id[..100] + "...";

    private static List<Item> Read(IReadOnlyList<string> items, ItemReader reader)
    {
        using var document = JsonDocument.Parse($$"""{"input":[{{string.Join(',', items)}}]}""", new JsonDocumentOptions { MaxDepth = 64 });
        return reader.Take(new Fields(document.RootElement, ResponseParameters.Create), "input");
    }
}
