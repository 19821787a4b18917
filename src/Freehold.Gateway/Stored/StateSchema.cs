namespace Freehold.Gateway.Stored;

/// <summary>The tables of what is kept. A step that was released is never changed; new ones are added behind it.</summary>
internal static class StateSchema
{
    /// <summary>The steps, oldest first. Times are seconds since 1970; every row belongs to an owner (a tenant), directly or by what it belongs to.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE TABLE responses (
            id TEXT PRIMARY KEY, owner TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
            previous TEXT, status TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX responses_expires ON responses (expires);
        CREATE TABLE response_items (
            response TEXT NOT NULL REFERENCES responses (id) ON DELETE CASCADE, position INTEGER NOT NULL, is_output INTEGER NOT NULL,
            id TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (response, position)) WITHOUT ROWID;
        CREATE INDEX response_items_id ON response_items (id);

        CREATE TABLE conversations (
            id TEXT PRIMARY KEY, owner TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL, metadata TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX conversations_expires ON conversations (expires);
        CREATE TABLE conversation_items (
            conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE, position INTEGER NOT NULL,
            id TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (conversation, position)) WITHOUT ROWID;
        CREATE UNIQUE INDEX conversation_items_id ON conversation_items (conversation, id);

        CREATE TABLE files (
            id TEXT PRIMARY KEY, owner TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
            name TEXT NOT NULL, purpose TEXT NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX files_owner ON files (owner, created);
        CREATE INDEX files_expires ON files (expires);

        CREATE TABLE batches (
            id TEXT PRIMARY KEY, owner TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
            status TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX batches_owner ON batches (owner, created);
        CREATE INDEX batches_status ON batches (status);
        CREATE TABLE batch_lines (
            batch TEXT NOT NULL REFERENCES batches (id) ON DELETE CASCADE, line INTEGER NOT NULL, custom_id TEXT NOT NULL,
            request TEXT NOT NULL, result TEXT, failed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (batch, line)) WITHOUT ROWID;
        """,
    ];
}
