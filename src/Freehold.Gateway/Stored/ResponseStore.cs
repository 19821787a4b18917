using System.Text.Json.Nodes;
using Freehold.Storage;

namespace Freehold.Gateway.Stored;

/// <summary>A stored response.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Body">Its JSON without the output.</param>
/// <param name="Output">The JSON of each item that came out.</param>
internal sealed record StoredResponse(string Status, string Body, IReadOnlyList<string> Output);

/// <summary>What a stored response continues, from the oldest on.</summary>
/// <param name="Items">What went in and came out.</param>
/// <param name="IsWhole">Whether nothing of it was deleted or has expired.</param>
/// <param name="Status">The status of the last.</param>
internal sealed record StoredChain(IReadOnlyList<string> Items, bool IsWhole, string Status);

/// <summary>Responses, with what went into them and what came out.</summary>
internal sealed class ResponseStore(StateStore state)
{
    /// <summary>How many responses one may continue, one after the other.</summary>
    private const int MaxChain = 10_000;

    /// <summary>Stores a response that begins, and what goes into it: whatever the disk refuses, it refuses before anything is computed.</summary>
    public Task BeginAsync(string owner, string id, string? previous, string status, string body, IReadOnlyList<StoredItem> input, CancellationToken cancellationToken) =>
        state.Require("store").WriteAsync(session =>
        {
            session.Execute("INSERT INTO responses (id, owner, created, expires, previous, status, body) VALUES ($id, $owner, $created, $expires, $previous, $status, $body)",
                ("$id", id), ("$owner", owner), ("$created", state.Now), ("$expires", state.Expiry), ("$previous", previous), ("$status", status), ("$body", body));
            Add(session, id, 0, input, isOutput: false);
            return 0;
        }, cancellationToken);

    /// <summary>Stores what became of it; of one that was deleted meanwhile nothing.</summary>
    public Task EndAsync(string id, string status, string body, IReadOnlyList<StoredItem> output, (string Id, IReadOnlyList<StoredItem> Items)? conversation, CancellationToken cancellationToken) =>
        state.Require("store").WriteAsync(session =>
        {
            if (session.Execute("UPDATE responses SET status = $status, body = $body WHERE id = $id", ("$id", id), ("$status", status), ("$body", body)) == 0)
                return 0;
            var behind = session.First("SELECT COUNT(*) FROM response_items WHERE response = $id", row => row.GetInt32(0), ("$id", id));
            Add(session, id, behind, output, isOutput: true);
            if (conversation is { } grown)
                ConversationStore.Append(session, grown.Id, grown.Items);
            return 0;
        }, cancellationToken);

    /// <summary>A response; null where this owner has none of that id.</summary>
    public Task<StoredResponse?> FindAsync(string owner, string id, CancellationToken cancellationToken) =>
        state.Require().ReadAsync(session => session.First("SELECT status, body FROM responses WHERE id = $id AND owner = $owner AND expires > $now", row => new StoredResponse(row.GetString(0), row.GetString(1), []),
            ("$id", id), ("$owner", owner), ("$now", state.Now)) is { } found
            ? found with { Output = session.Query("SELECT json FROM response_items WHERE response = $id AND is_output = 1 ORDER BY position", row => row.GetString(0), ("$id", id)) }
            : null, cancellationToken);

    /// <summary>What a response and those before it hold; null where this owner has none of that id.</summary>
    public Task<StoredChain?> ChainAsync(string owner, string id, CancellationToken cancellationToken) =>
        state.Require("previous_response_id").ReadAsync(session =>
        {
            var items = new List<List<string>>();
            string? status = null, next = id;
            while (next is not null && items.Count < MaxChain)
            {
                var found = session.First("SELECT status, previous FROM responses WHERE id = $id AND owner = $owner AND expires > $now",
                    row => (Status: row.GetString(0), Previous: row.IsDBNull(1) ? null : row.GetString(1)), ("$id", next), ("$owner", owner), ("$now", state.Now));
                if (found.Status is null)
                    break;
                status ??= found.Status;
                items.Add(session.Query("SELECT json FROM response_items WHERE response = $id ORDER BY position", row => row.GetString(0), ("$id", next)));
                next = found.Previous;
            }
            items.Reverse();
            return status is null ? null : new StoredChain([.. items.SelectMany(each => each)], next is null, status);
        }, cancellationToken);

    /// <summary>The latest item of that id among this owner's responses and conversations; null for none.</summary>
    public Task<string?> ItemAsync(string owner, string id, CancellationToken cancellationToken) =>
        state.Require().ReadAsync(session => session.First(
            """
            SELECT json FROM (
                SELECT i.json, r.created FROM response_items i JOIN responses r ON r.id = i.response WHERE i.id = $id AND r.owner = $owner AND r.expires > $now
                UNION ALL
                SELECT i.json, c.created FROM conversation_items i JOIN conversations c ON c.id = i.conversation WHERE i.id = $id AND c.owner = $owner AND c.expires > $now)
            ORDER BY created DESC LIMIT 1
            """, row => row.GetString(0), ("$id", id), ("$owner", owner), ("$now", state.Now)), cancellationToken);

    /// <summary>What went into a response; null where this owner has none of that id.</summary>
    public Task<Page<StoredItem>?> InputAsync(string owner, string id, PageRequest page, CancellationToken cancellationToken) =>
        state.Require().ReadAsync(session => session.First("SELECT 1 FROM responses WHERE id = $id AND owner = $owner AND expires > $now", row => true, ("$id", id), ("$owner", owner), ("$now", state.Now))
            ? StoredItem.ReadPage(session, "response_items", "response", id, "AND is_output = 0", page)
            : (Page<StoredItem>?)null, cancellationToken);

    /// <summary>Deletes a response; false where this owner has none of that id.</summary>
    public Task<bool> DeleteAsync(string owner, string id, CancellationToken cancellationToken) =>
        state.Require().DeleteAsync(session => session.Execute("DELETE FROM responses WHERE id = $id AND owner = $owner", ("$id", id), ("$owner", owner)) > 0, cancellationToken);

    /// <summary>Notes of responses that were being made when the process ended that they failed.</summary>
    public static void FailInterrupted(Session session)
    {
        foreach (var (id, json) in session.Query("SELECT id, body FROM responses WHERE status IN ('queued', 'in_progress')", StoredItem.Read))
        {
            var body = JsonNode.Parse(json)!;
            (body["status"], body["error"]) = ("failed", new JsonObject { ["code"] = "server_error", ["message"] = "The server ended while it was answering; ask again." });
            session.Execute("UPDATE responses SET status = 'failed', body = $body WHERE id = $id", ("$id", id), ("$body", body.ToJsonString()));
        }
    }

    private static void Add(Session session, string response, int position, IReadOnlyList<StoredItem> items, bool isOutput)
    {
        foreach (var (id, json) in items)
            session.Execute("INSERT INTO response_items (response, position, is_output, id, json) VALUES ($response, $position, $output, $id, $json)",
                ("$response", response), ("$position", position++), ("$output", isOutput), ("$id", id), ("$json", json));
    }
}
