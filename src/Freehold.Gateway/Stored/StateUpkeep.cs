using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Stored;

/// <summary>
/// What is done about stored things without anybody asking: what was interrupted by the process's end is marked so, what has expired is deleted. Begins when the server answers, and only where
/// something is stored.
/// </summary>
internal sealed class StateUpkeep(StateStore state, ResponseStore responses, FileStore files, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<StateUpkeep> log) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Started.WaitAsync(lifetime, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (var isFirst = true; !stoppingToken.IsCancellationRequested; isFirst = false)
        {
            try
            {
                if (isFirst && state is { IsOn: true, Exists: true })
                    await responses.FailInterruptedAsync(stoppingToken);
                await SweepAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                log.LogError(failure, "What has expired could not be deleted; it is tried again in an hour");
            }
            await Task.Delay(s_interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
