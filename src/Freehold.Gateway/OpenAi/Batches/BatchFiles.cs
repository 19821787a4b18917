using System.Text;
using System.Text.Json.Nodes;
using Freehold.Gateway.Stored;

namespace Freehold.Gateway.OpenAi.Batches;

/// <summary>The files of results that a batch ends with: answers in one, what was refused or failed in the other.</summary>
internal sealed class BatchFiles(BatchStore batches, FileStore files, StateStore state)
{
    private const int LinesAtATime = 256;

    /// <summary>Writes them and ends the batch, both or neither.</summary>
    /// <param name="batch">The batch, as it was seen.</param>
    /// <param name="status">How it ends.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task FinishAsync(StoredBatch batch, string status, CancellationToken cancellationToken)
    {
        var told = JsonNode.Parse((await batches.FindAsync(batch.Owner, batch.Id, cancellationToken))?.Batch.Body ?? batch.Body)!;
        var lifetime = (long?)told[BatchJson.LifetimeKey];
        var made = new List<(string Id, string Name, long Bytes)>();
        foreach (var (failed, key, kind) in new[] { (false, "output_file_id", "output"), (true, "error_file_id", "error") })
        {
            if (await WriteAsync(batch.Id, failed, cancellationToken) is not { } file)
                continue;
            told[key] = file.Id;
            made.Add((file.Id, $"{batch.Id}_{kind}.jsonl", file.Bytes));
        }
        told[$"{status}_at"] = state.Now;
        var isDone = await batches.FinishAsync(batch.Id, batch.Status, status, told.ToJsonString(), session =>
        {
            foreach (var (id, name, bytes) in made)
                files.Add(session, batch.Owner, id, name, "batch_output", bytes, lifetime);
        }, cancellationToken);
        if (isDone)
            return;
        foreach (var (id, _, _) in made)
            files.Discard(id); // it was cancelled meanwhile, or deleted
    }

    private async Task<(string Id, long Bytes)?> WriteAsync(string batch, bool failed, CancellationToken cancellationToken)
    {
        var results = await batches.ResultsAsync(batch, failed, 0, LinesAtATime, cancellationToken);
        if (results.Count == 0)
            return null;
        await using var file = files.Begin(out var id);
        while (results.Count > 0)
        {
            foreach (var (_, result) in results)
                await file.WriteAsync(Encoding.UTF8.GetBytes(result + "\n"), cancellationToken);
            results = await batches.ResultsAsync(batch, failed, results[^1].Line, LinesAtATime, cancellationToken);
        }
        await file.FlushAsync(cancellationToken);
        file.Flush(flushToDisk: true);
        return (id, file.Length);
    }
}
