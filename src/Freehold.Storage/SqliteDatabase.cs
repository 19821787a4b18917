using Microsoft.Data.Sqlite;

namespace Freehold.Storage;

/// <summary>
/// One SQLite file, opened at its first use and not before. What was committed is on the disk (WAL, synchronous FULL), what was deleted is overwritten (secure_delete).
/// Safe from any thread; one unit of work at a time. A failure to open is not remembered: the next use tries again.
/// One instance has it at a time, of all processes: another is refused until the first is disposed of or its process ends. Tools that read SQLite may look on.
/// </summary>
/// <param name="path">The file; it and its folder are made where they are missing, for this user alone.</param>
/// <param name="migrations">What makes the tables, oldest first; a step that has been released is never changed, others are added behind it.</param>
/// <param name="opened">What is written when it is opened, before anybody's work: what another process left half done can be seen then, and nothing of this one's.</param>
public sealed class SqliteDatabase(string path, IReadOnlyList<string> migrations, Action<Session>? opened = null) : IDisposable
{
    private const int BusyMilliseconds = 5000;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private SqliteConnection? _connection;
    private ExclusiveFile? _claim;
    private bool _disposed;

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Whether there is one yet.</summary>
    public bool Exists => _connection is not null || File.Exists(Path);

    /// <summary>Reads.</summary>
    /// <exception cref="StorageException">It could not be opened or read.</exception>
    public Task<T> ReadAsync<T>(Func<Session, T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        return InTurnAsync(connection => work(new Session(connection, null)), cancellationToken);
    }

    /// <summary>Writes all that <paramref name="work"/> does, or nothing of it.</summary>
    /// <exception cref="StorageException">It could not be opened or written.</exception>
    public Task<T> WriteAsync<T>(Func<Session, T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        return InTurnAsync(connection => Write(connection, work), cancellationToken);
    }

    /// <summary>Writes likewise, and leaves nothing of what was deleted in the write-ahead log either.</summary>
    /// <exception cref="StorageException">It could not be opened or written.</exception>
    public Task<T> DeleteAsync<T>(Func<Session, T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        return InTurnAsync(connection =>
        {
            var result = Write(connection, work);
            new Session(connection, null).Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            return result;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _turn.Wait();
        _disposed = true;
        _connection?.Dispose();
        _claim?.Dispose();
        _turn.Dispose();
    }

    private static T Write<T>(SqliteConnection connection, Func<Session, T> work)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var result = work(new Session(connection, transaction));
        transaction.Commit();
        return result;
    }

    private async Task<T> InTurnAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return work(_connection ??= Open());
        }
        catch (Exception failure) when (DiskFault.Is(failure))
        {
            throw DiskFault.Explain(failure, Path);
        }
        finally
        {
            _turn.Release();
        }
    }

    private SqliteConnection Open()
    {
        SqliteLibrary.Prepare();
        PrivateFile.MakeFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
        _claim ??= Claim();
        PrivateFile.Open(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete).Dispose(); // SQLite's own files get the rights of this one
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, ForeignKeys = true, DefaultTimeout = BusyMilliseconds / 1000 }.ConnectionString);
        try
        {
            connection.Open();
            var session = new Session(connection, null);
            session.Execute($"PRAGMA busy_timeout = {BusyMilliseconds}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
            Begin(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // SQLite's own lock would keep readers out as well.
    private ExclusiveFile Claim() => ExclusiveFile.TryOpen(Path + "-lock", isPrivate: true)
        ?? throw new StorageException(StorageFault.Busy, $"another server uses {Path}; give each server a data folder of its own (FREEHOLD_DATA), or let this one store nothing (--store off)");

    private void Begin(SqliteConnection connection) => Write(connection, session =>
    {
        var done = (int)session.First("PRAGMA user_version", row => row.GetInt64(0));
        if (done > migrations.Count)
            throw new StorageException(StorageFault.Newer, $"{Path} was made by a newer Freehold (version {done} of its tables; this one knows {migrations.Count}); use that one, or another data folder");
        for (var step = done; step < migrations.Count; step++)
            session.Execute(migrations[step]);
        if (done < migrations.Count)
            session.Execute($"PRAGMA user_version = {migrations.Count}");
        opened?.Invoke(session);
        return 0;
    });
}
