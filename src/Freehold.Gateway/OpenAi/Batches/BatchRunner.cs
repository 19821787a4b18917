using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Stored;
using Freehold.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.OpenAi.Batches;

/// <summary>
/// Works batches off, the oldest first, several lines at a time, behind everything that somebody waits for. Each result is on the disk before the next line begins in its place: what was finished
/// when the process ended is not computed again, and what was not is.
/// </summary>
internal sealed class BatchRunner(BatchStore batches, BatchFiles results, InnerRequests inner, StateStore state, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<BatchRunner> log) : BackgroundService
{
    private const int AtATime = 16;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1), s_afterFailure = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _wake = new(0);
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new(StringComparer.Ordinal);

    /// <summary>There is a batch to work on.</summary>
    public void Wake() => _wake.Release();

    /// <summary>A batch was cancelled: what runs of it is ended.</summary>
    public void Cancel(string id)
    {
        if (_running.TryGetValue(id, out var running))
            running.Cancel();
        Wake();
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Started.WaitAsync(lifetime, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = Timeout.InfiniteTimeSpan;
            try
            {
                while (state is { IsOn: true, Exists: true } && await batches.UnfinishedAsync(stoppingToken) is [var first, ..])
                    await WorkAsync(first, stoppingToken);
            }
            catch (StorageException held) when (held.Fault == StorageFault.Busy)
            {
                wait = StateUpkeep.WhileHeld; // which says so
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(failure, "Batches could not be worked on; that is tried again in a minute");
                wait = s_afterFailure;
            }
            await WaitAsync(wait, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) =>
        atMost == Timeout.InfiniteTimeSpan ? _wake.WaitAsync(cancellationToken) : Task.Delay(atMost, clock, cancellationToken);

    private async Task WorkAsync(StoredBatch batch, CancellationToken stopping)
    {
        if (batch.Status == BatchJson.InProgress)
            batch = await AnswerAsync(batch, stopping);
        var end = batch.Status switch
        {
            BatchJson.Cancelling => BatchJson.Cancelled,
            BatchJson.Finalizing when JsonNode.Parse(batch.Body)!["expired_at"] is not null => BatchJson.Expired,
            BatchJson.Finalizing => BatchJson.Completed,
            _ => null,
        };
        if (end is not null)
            await results.FinishAsync(batch, end, stopping);
    }

    // Until every line has its result, the time is over, or it was cancelled.
    private async Task<StoredBatch> AnswerAsync(StoredBatch batch, CancellationToken stopping)
    {
        var told = JsonNode.Parse(batch.Body)!;
        var (endpoint, deadline) = ((string)told["endpoint"]!, (long)told["expires_at"]!);
        using var running = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _running[batch.Id] = running;
        try
        {
            if (await batches.StatusAsync(batch.Id, stopping) != BatchJson.InProgress)
                return batch with { Status = BatchJson.Cancelling }; // it was cancelled before it was in the dictionary
            var principal = new Principal(batch.Owner, batch.Id) { IsBatch = true };
            await Parallel.ForEachAsync(LinesAsync(batch.Id, deadline, running.Token), new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = running.Token },
                async (line, cancellation) => await AnswerAsync(batch.Id, endpoint, line, principal, deadline, cancellation));
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
        }
        finally
        {
            _running.TryRemove(batch.Id, out _);
        }
        var counts = await batches.CountAsync(batch.Id, stopping);
        var isOver = counts.Completed + counts.Failed < counts.Total;
        if (isOver && state.Now >= deadline)
            batch = batch with { Body = BatchJson.With(batch.Body, "expired_at", state.Now) };
        var finalizing = batch with { Status = BatchJson.Finalizing, Body = BatchJson.With(batch.Body, "finalizing_at", state.Now) };
        if (!await batches.ChangeAsync(batch.Id, BatchJson.InProgress, finalizing.Status, finalizing.Body, stopping))
            return batch with { Status = await batches.StatusAsync(batch.Id, stopping) ?? BatchJson.Failed };
        if (isOver)
            await batches.FillAsync(batch.Id, line => BatchJson.ResultOf(line, null, "batch_expired", "The batch's time was over before this request was answered."), stopping);
        return finalizing;
    }

    private async IAsyncEnumerable<BatchLine> LinesAsync(string id, long deadline, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var after = 0; ;)
        {
            var next = await batches.NextAsync(id, after, AtATime * 4, cancellationToken);
            foreach (var line in next)
            {
                if (state.Now >= deadline)
                    yield break;
                yield return line;
                after = line.Line;
            }
            if (next.Count == 0)
                yield break;
        }
    }

    private async Task AnswerAsync(string id, string endpoint, BatchLine line, Principal principal, long deadline, CancellationToken cancellationToken)
    {
        while (state.Now < deadline)
        {
            var answer = await inner.PostAsync(endpoint, line.Request, principal, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            switch (answer.Status)
            {
                // Not now: the line is asked again.
                case StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status507InsufficientStorage:
                    await Task.Delay(s_patience, clock, cancellationToken);
                    continue;
                default:
                    await batches.KeepAsync(id, line.Line, BatchJson.ResultOf(line, answer, null, null), answer.Status != StatusCodes.Status200OK, CancellationToken.None);
                    return;
            }
        }
    }
}
