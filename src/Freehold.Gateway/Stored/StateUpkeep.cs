using Freehold.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Stored;

/// <summary>
/// What is done about stored things without anybody asking: what has expired is deleted. Begins when the server answers, and only where something is stored. Where another server has the store, it
/// says so, and waits until that has ended.
/// </summary>
internal sealed class StateUpkeep(StateStore state, FileStore files, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<StateUpkeep> log) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    /// <summary>How long what another process holds is left to it before it is tried again.</summary>
    internal static readonly TimeSpan WhileHeld = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Started.WaitAsync(lifetime, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (var isHeld = false; !stoppingToken.IsCancellationRequested;)
        {
            var wait = s_interval;
            try
            {
                await SweepAsync(stoppingToken);
                if (isHeld)
                    log.LogWarning("The store is free, and this server's now");
                isHeld = false;
            }
            catch (StorageException held) when (held.Fault == StorageFault.Busy)
            {
                if (!isHeld)
                    log.LogWarning("Nothing is stored here, and nothing stored is found (503 storage_busy), as long as {Why}", held.Message);
                (isHeld, wait) = (true, WhileHeld);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                log.LogError(failure, "What has expired could not be deleted; it is tried again in an hour");
            }
            await Task.Delay(wait, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Deletes what has expired, for good.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (!state.IsOn || !state.Exists)
            return;
        await state.Require().DeleteAsync(session =>
        {
            foreach (var statement in (ReadOnlySpan<string>)["DELETE FROM responses WHERE expires <= $now", "DELETE FROM conversations WHERE expires <= $now", "DELETE FROM files WHERE expires <= $now", "DELETE FROM batches WHERE expires <= $now"])
                session.Execute(statement, ("$now", state.Now));
            return 0;
        }, cancellationToken);
        await files.RemoveOrphansAsync(cancellationToken);
    }
}

/// <summary>The moment from which the server answers.</summary>
internal static class Started
{
    public static async Task WaitAsync(IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var watch = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
