using Freehold.Gateway.Guarding;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.Hosting;

namespace Freehold.Gateway.Hosting;

/// <summary>
/// The end of the server: at once it is not ready any more and takes no new request; answers under way may finish for
/// <see cref="GatewayOptions.ShutdownTimeout"/>; those that do not are ended with the reason. The socket listens until then, so that a probe sees it.
/// </summary>
internal sealed class Draining(GatewayOptions options, ConcurrencyLimit limit, TimeProvider clock) : IHostedLifecycleService, IDisposable
{
    /// <summary>How long an ended answer may take to tell its reader so.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _over = new();
    private volatile bool _begun;

    /// <summary>Whether the server is stopping.</summary>
    public bool HasBegun => _begun;

    /// <summary>Cancelled when no answer may go on.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>What new requests, and answers that did not finish in time, are told.</summary>
    public static Refusal Refusal { get; } = new(503, ErrorCodes.Stopping, null, "The server is stopping; try again in a moment.", TimeSpan.FromSeconds(5));

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _begun = true;
        if (await EmptyWithinAsync(options.ShutdownTimeout, cancellationToken))
            return;
        await _over.CancelAsync();
        await EmptyWithinAsync(LastWords, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _over.Dispose();

    private async Task<bool> EmptyWithinAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            await limit.WhenEmptyAsync().WaitAsync(time, clock, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
