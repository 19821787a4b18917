using System.Data.Common;
using Freehold.Storage;

namespace Freehold.Gateway.Stored;

/// <summary>A file that a client sent, or that a batch made.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name, as the client gave it; never a path here.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Created">When it was made, in seconds since 1970.</param>
/// <param name="Expires">When it expires, likewise.</param>
internal sealed record StoredFile(string Id, string Name, string Purpose, long Bytes, long Created, long Expires);

/// <summary>Files: a row of each, and its bytes in a file of its own.</summary>
internal sealed class FileStore(StateStore state)
{
    private const string Columns = "id, name, purpose, bytes, created, expires";

    /// <summary>Starts a file: its bytes are written to the stream, and it is there once <see cref="AddAsync"/> has said so.</summary>
    public FileStream Begin(out string id)
    {
        var database = state.Require();
        id = $"file-{Guid.NewGuid():N}";
        try
        {
            PrivateFile.MakeFolder(state.FileFolder);
            return PrivateFile.Open(PathOf(id), FileMode.CreateNew, FileAccess.ReadWrite);
        }
        catch (Exception failure) when (DiskFault.Is(failure))
        {
            throw DiskFault.Explain(failure, database.Path);
        }
    }

    /// <summary>Removes what was begun and is not wanted.</summary>
    public void Discard(string id) => File.Delete(PathOf(id));

    /// <summary>Takes in a file whose bytes are on the disk.</summary>
    public Task<StoredFile> AddAsync(string owner, string id, string name, string purpose, long bytes, long? lifetime, CancellationToken cancellationToken) =>
        state.Require().WriteAsync(session => Add(session, owner, id, name, purpose, bytes, lifetime), cancellationToken);

    /// <summary>The same inside another unit of work.</summary>
    public StoredFile Add(Session session, string owner, string id, string name, string purpose, long bytes, long? lifetime)
    {
        var file = new StoredFile(id, name, purpose, bytes, state.Now, lifetime is { } seconds ? Math.Min(state.Now + seconds, state.Expiry) : state.Expiry);
        session.Execute("INSERT INTO files (id, owner, created, expires, name, purpose, bytes) VALUES ($id, $owner, $created, $expires, $name, $purpose, $bytes)",
            ("$id", id), ("$owner", owner), ("$created", file.Created), ("$expires", file.Expires), ("$name", name), ("$purpose", purpose), ("$bytes", bytes));
        return file;
    }

    /// <summary>A file; null where this owner has none of that id.</summary>
    public Task<StoredFile?> FindAsync(string owner, string id, CancellationToken cancellationToken) =>
        state.Require().ReadAsync(session => session.First($"SELECT {Columns} FROM files WHERE id = $id AND owner = $owner AND expires > $now", Read, ("$id", id), ("$owner", owner), ("$now", state.Now)), cancellationToken);

    /// <summary>A page of this owner's files.</summary>
    public Task<Page<StoredFile>> ListAsync(string owner, string? purpose, PageRequest page, CancellationToken cancellationToken) =>
        state.Require().ReadAsync(session => Rows.ReadPage(session, "files", Columns, owner, "AND ($what IS NULL OR purpose = $what)", purpose, state.Now, page, Read), cancellationToken);

    /// <summary>Its bytes.</summary>
    public FileStream Open(StoredFile file) => new(PathOf(file.Id), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);

    /// <summary>Deletes a file and its bytes; false where this owner has none of that id.</summary>
    public async Task<bool> DeleteAsync(string owner, string id, CancellationToken cancellationToken)
    {
        if (!await state.Require().DeleteAsync(session => session.Execute("DELETE FROM files WHERE id = $id AND owner = $owner", ("$id", id), ("$owner", owner)) > 0, cancellationToken))
            return false;
        PrivateFile.Destroy(PathOf(id));
        return true;
    }

    /// <summary>Removes the bytes that no row names any more, or never did: of files that have expired, and of uploads that a crash cut.</summary>
    public async Task RemoveOrphansAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(state.FileFolder))
            return;
        // What is younger may still be coming in.
        var old = DateTimeOffset.FromUnixTimeSeconds(state.Now).UtcDateTime.AddHours(-1);
        var known = await state.Require().ReadAsync(session => session.Query("SELECT id FROM files", row => row.GetString(0)).ToHashSet(StringComparer.Ordinal), cancellationToken);
        foreach (var path in Directory.GetFiles(state.FileFolder))
            if (!known.Contains(Path.GetFileName(path)) && File.GetLastWriteTimeUtc(path) < old)
                PrivateFile.Destroy(path);
    }

    private string PathOf(string id) => Path.Combine(state.FileFolder, id);

    private static StoredFile Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));
}

/// <summary>Lists of what an owner has, in the order it was made.</summary>
internal static class Rows
{
    /// <summary>A page of a table that has <c>id</c>, <c>owner</c>, <c>created</c> and <c>expires</c>.</summary>
    public static Page<T> ReadPage<T>(Session session, string table, string columns, string owner, string condition, string? what, long now, PageRequest page, Func<DbDataReader, T> read)
    {
        var (than, order) = page.IsAscending ? (">", "ASC") : ("<", "DESC");
        var after = page.After is null ? "" : $"AND (created, id) {than} (SELECT created, id FROM {table} WHERE id = $after)";
        return Page<T>.Of(page, limit => session.Query(
            $"SELECT {columns} FROM {table} WHERE owner = $owner AND expires > $now {condition} {after} ORDER BY created {order}, id {order} LIMIT $limit", read,
            ("$owner", owner), ("$now", now), ("$what", what), ("$after", page.After), ("$limit", limit)));
    }
}
