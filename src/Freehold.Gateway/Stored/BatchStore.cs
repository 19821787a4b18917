using System.Data.Common;
using Freehold.Storage;

namespace Freehold.Gateway.Stored;

/// <summary>A stored batch.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Status">Its status.</param>
/// <param name="Body">What else is told of it, as JSON.</param>
internal sealed record StoredBatch(string Id, string Owner, string Status, string Body);

/// <summary>One request of a batch.</summary>
/// <param name="Line">Its line in the file, from 1.</param>
/// <param name="CustomId">The client's name for it.</param>
/// <param name="Request">Its body.</param>
internal readonly record struct BatchLine(int Line, string CustomId, string Request);

/// <summary>How far a batch is.</summary>
/// <param name="Total">Its lines.</param>
/// <param name="Completed">Those that were answered.</param>
/// <param name="Failed">Those that were refused or failed.</param>
internal readonly record struct BatchCounts(int Total, int Completed, int Failed);

/// <summary>Batches, their requests and what became of each. What is written here survives the end of the process, however it ends.</summary>
internal sealed class BatchStore(StateStore state)
{
    /// <summary>The statuses of batches that are not done.</summary>
    private const string Unfinished = "('in_progress', 'finalizing', 'cancelling')";
    private const string Columns = "id, owner, status, body";

    /// <summary>Stores a batch with all its lines, or one that failed with none.</summary>
    public Task AddAsync(StoredBatch batch, IReadOnlyList<BatchLine> lines, CancellationToken cancellationToken) => state.Require().WriteAsync(session =>
    {
        session.Execute("INSERT INTO batches (id, owner, created, expires, status, body) VALUES ($id, $owner, $created, $expires, $status, $body)",
            ("$id", batch.Id), ("$owner", batch.Owner), ("$created", state.Now), ("$expires", state.Expiry), ("$status", batch.Status), ("$body", batch.Body));
        foreach (var (line, custom, request) in lines)
            session.Execute("INSERT INTO batch_lines (batch, line, custom_id, request) VALUES ($batch, $line, $custom, $request)", ("$batch", batch.Id), ("$line", line), ("$custom", custom), ("$request", request));
        return 0;
    }, cancellationToken);

    /// <summary>A batch and how far it is; null where this owner has none of that id.</summary>
    public Task<(StoredBatch Batch, BatchCounts Counts)?> FindAsync(string owner, string id, CancellationToken cancellationToken) => state.Require().ReadAsync(session =>
        session.First($"SELECT {Columns} FROM batches WHERE id = $id AND owner = $owner AND expires > $now", Read, ("$id", id), ("$owner", owner), ("$now", state.Now)) is { } batch
            ? (batch, CountsOf(session, id)) : ((StoredBatch, BatchCounts)?)null, cancellationToken);

    /// <summary>A page of this owner's batches.</summary>
    public Task<Page<(StoredBatch Batch, BatchCounts Counts)>> ListAsync(string owner, PageRequest page, CancellationToken cancellationToken) => state.Require().ReadAsync(session =>
    {
        var batches = Rows.ReadPage(session, "batches", Columns, owner, "", null, state.Now, page, Read);
        return new Page<(StoredBatch, BatchCounts)>([.. batches.Rows.Select(batch => (batch, CountsOf(session, batch.Id)))], batches.HasMore);
    }, cancellationToken);

    /// <summary>Every batch that is not done, the oldest first.</summary>
    public Task<List<StoredBatch>> UnfinishedAsync(CancellationToken cancellationToken) =>
        state.Require().ReadAsync(session => session.Query($"SELECT {Columns} FROM batches WHERE status IN {Unfinished} ORDER BY created, id", Read), cancellationToken);

    /// <summary>Changes what is told of a batch while its status is the one that was seen; false where it is another by now.</summary>
    public Task<bool> ChangeAsync(string id, string seen, string status, string body, CancellationToken cancellationToken) => state.Require().WriteAsync(session => Change(session, id, seen, status, body), cancellationToken);

    /// <summary>The same inside another unit of work.</summary>
    public static bool Change(Session session, string id, string seen, string status, string body) =>
        session.Execute("UPDATE batches SET status = $status, body = $body WHERE id = $id AND status = $seen", ("$id", id), ("$seen", seen), ("$status", status), ("$body", body)) > 0;

    /// <summary>The status of a batch.</summary>
    public Task<string?> StatusAsync(string id, CancellationToken cancellationToken) => state.Require().ReadAsync(session => session.First("SELECT status FROM batches WHERE id = $id", row => row.GetString(0), ("$id", id)), cancellationToken);

    /// <summary>The next lines behind one that have no result.</summary>
    public Task<List<BatchLine>> NextAsync(string id, int after, int most, CancellationToken cancellationToken) => state.Require().ReadAsync(session => session.Query(
        "SELECT line, custom_id, request FROM batch_lines WHERE batch = $id AND line > $after AND result IS NULL ORDER BY line LIMIT $most",
        row => new BatchLine(row.GetInt32(0), row.GetString(1), row.GetString(2)), ("$id", id), ("$after", after), ("$most", most)), cancellationToken);

    /// <summary>Keeps a line's result: from now on it is not computed again.</summary>
    public Task KeepAsync(string id, int line, string result, bool failed, CancellationToken cancellationToken) => state.Require().WriteAsync(session => session.Execute(
        "UPDATE batch_lines SET result = $result, failed = $failed WHERE batch = $id AND line = $line AND result IS NULL", ("$id", id), ("$line", line), ("$result", result), ("$failed", failed)), cancellationToken);

    /// <summary>Gives every line without a result this one.</summary>
    public Task FillAsync(string id, Func<BatchLine, string> result, CancellationToken cancellationToken) => state.Require().WriteAsync(session =>
    {
        foreach (var line in session.Query("SELECT line, custom_id, '' FROM batch_lines WHERE batch = $id AND result IS NULL", row => new BatchLine(row.GetInt32(0), row.GetString(1), ""), ("$id", id)))
            session.Execute("UPDATE batch_lines SET result = $result, failed = 1 WHERE batch = $id AND line = $line", ("$result", result(line)), ("$id", id), ("$line", line.Line));
        return 0;
    }, cancellationToken);

    /// <summary>Results behind a line, in the order of the lines.</summary>
    public Task<List<(int Line, string Result)>> ResultsAsync(string id, bool failed, int after, int most, CancellationToken cancellationToken) => state.Require().ReadAsync(session => session.Query(
        "SELECT line, result FROM batch_lines WHERE batch = $id AND failed = $failed AND line > $after AND result IS NOT NULL ORDER BY line LIMIT $most",
        row => (row.GetInt32(0), row.GetString(1)), ("$id", id), ("$failed", failed), ("$after", after), ("$most", most)), cancellationToken);

    /// <summary>How far a batch is.</summary>
    public Task<BatchCounts> CountAsync(string id, CancellationToken cancellationToken) => state.Require().ReadAsync(session => CountsOf(session, id), cancellationToken);

    /// <summary>The batch is done and its files hold the results: they are not kept a second time.</summary>
    public Task<bool> FinishAsync(string id, string seen, string status, string body, Action<Session> addFiles, CancellationToken cancellationToken) => state.Require().DeleteAsync(session =>
    {
        if (!Change(session, id, seen, status, body))
            return false;
        addFiles(session);
        session.Execute("UPDATE batch_lines SET request = '', result = CASE WHEN result IS NULL THEN NULL ELSE '' END WHERE batch = $id", ("$id", id));
        return true;
    }, cancellationToken);

    private static BatchCounts CountsOf(Session session, string id) => session.First(
        "SELECT COUNT(*), COALESCE(SUM(result IS NOT NULL AND NOT failed), 0), COALESCE(SUM(result IS NOT NULL AND failed), 0) FROM batch_lines WHERE batch = $id",
        row => new BatchCounts(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2)), ("$id", id));

    private static StoredBatch Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3));
}
