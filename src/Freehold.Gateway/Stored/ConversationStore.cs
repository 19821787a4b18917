using Freehold.Storage;

namespace Freehold.Gateway.Stored;

/// <summary>A stored conversation.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Created">When it was made, in seconds since 1970.</param>
/// <param name="Metadata">The JSON of its pairs.</param>
internal sealed record StoredConversation(string Id, long Created, string Metadata);

/// <summary>Conversations and their items.</summary>
internal sealed class ConversationStore(StateStore state)
{
    /// <summary>Stores a new one.</summary>
    public Task<StoredConversation> CreateAsync(string owner, string id, string metadata, IReadOnlyList<StoredItem> items, CancellationToken cancellationToken) =>
        state.Require().WriteAsync(session =>
        {
            var made = new StoredConversation(id, state.Now, metadata);
            session.Execute("INSERT INTO conversations (id, owner, created, expires, metadata) VALUES ($id, $owner, $created, $expires, $metadata)",
                ("$id", id), ("$owner", owner), ("$created", made.Created), ("$expires", state.Expiry), ("$metadata", metadata));
            Append(session, id, items);
            return made;
        }, cancellationToken);

    /// <summary>A conversation; null where this owner has none of that id.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="param">The field that asks for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<StoredConversation?> FindAsync(string owner, string id, string? param, CancellationToken cancellationToken) =>
        state.Require(param).ReadAsync(session => Find(session, owner, id), cancellationToken);

    /// <summary>Gives it other pairs.</summary>
    public Task<StoredConversation?> UpdateAsync(string owner, string id, string metadata, CancellationToken cancellationToken) =>
        state.Require().WriteAsync(session =>
        {
            session.Execute("UPDATE conversations SET metadata = $metadata WHERE id = $id AND owner = $owner", ("$metadata", metadata), ("$id", id), ("$owner", owner));
            return Find(session, owner, id);
        }, cancellationToken);

    /// <summary>Deletes it with its items; false where this owner has none of that id.</summary>
    public Task<bool> DeleteAsync(string owner, string id, CancellationToken cancellationToken) =>
        state.Require().DeleteAsync(session => session.Execute("DELETE FROM conversations WHERE id = $id AND owner = $owner", ("$id", id), ("$owner", owner)) > 0, cancellationToken);

    /// <summary>All its items, oldest first; null where this owner has none of that id.</summary>
    public Task<List<string>?> ItemsAsync(string owner, string id, CancellationToken cancellationToken) =>
        state.Require("conversation").ReadAsync(session => Find(session, owner, id) is null ? null
            : session.Query("SELECT json FROM conversation_items WHERE conversation = $id ORDER BY position", row => row.GetString(0), ("$id", id)), cancellationToken);

    /// <summary>A page of its items; null where this owner has none of that id.</summary>
    public Task<Page<StoredItem>?> PageAsync(string owner, string id, PageRequest page, CancellationToken cancellationToken) =>
        state.Require().ReadAsync(session => Find(session, owner, id) is null ? null : (Page<StoredItem>?)StoredItem.ReadPage(session, "conversation_items", "conversation", id, "", page), cancellationToken);

    /// <summary>Adds items at its end; what they became, or null where this owner has none of that id.</summary>
    public Task<IReadOnlyList<StoredItem>?> AddAsync(string owner, string id, IReadOnlyList<StoredItem> items, CancellationToken cancellationToken) =>
        state.Require().WriteAsync(session => Find(session, owner, id) is null ? null : Append(session, id, items), cancellationToken);

    /// <summary>One of its items; null where there is none.</summary>
    public Task<string?> ItemAsync(string owner, string id, string item, CancellationToken cancellationToken) =>
        state.Require().ReadAsync(session => Find(session, owner, id) is null ? null
            : session.First("SELECT json FROM conversation_items WHERE conversation = $id AND id = $item", row => row.GetString(0), ("$id", id), ("$item", item)), cancellationToken);

    /// <summary>Deletes one of its items; null where there is none.</summary>
    public Task<StoredConversation?> DeleteItemAsync(string owner, string id, string item, CancellationToken cancellationToken) =>
        state.Require().DeleteAsync(session => Find(session, owner, id) is { } found && session.Execute("DELETE FROM conversation_items WHERE conversation = $id AND id = $item", ("$id", id), ("$item", item)) > 0 ? found : null, cancellationToken);

    /// <summary>Adds items. One whose id is there already, for a client sent it again, gets that id's place no second time and stays out.</summary>
    internal static IReadOnlyList<StoredItem> Append(Session session, string conversation, IReadOnlyList<StoredItem> items)
    {
        var position = session.First("SELECT COALESCE(MAX(position), -1) FROM conversation_items WHERE conversation = $id", row => row.GetInt32(0), ("$id", conversation));
        foreach (var (id, json) in items)
            session.Execute("INSERT OR IGNORE INTO conversation_items (conversation, position, id, json) VALUES ($conversation, $position, $id, $json)",
                ("$conversation", conversation), ("$position", ++position), ("$id", id), ("$json", json));
        return items;
    }

    private StoredConversation? Find(Session session, string owner, string id) => session.First(
        "SELECT id, created, metadata FROM conversations WHERE id = $id AND owner = $owner AND expires > $now", row => new StoredConversation(row.GetString(0), row.GetInt64(1), row.GetString(2)),
        ("$id", id), ("$owner", owner), ("$now", state.Now));
}
