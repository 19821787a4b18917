using System.Collections.Concurrent;
using Freehold.Gateway.OpenAi.Responses.Answers;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.Hosting;

namespace Freehold.Gateway.OpenAi.Responses;

/// <summary>The responses that are made while nobody waits for them. They end with the server.</summary>
internal sealed class BackgroundResponses(ResponseAnswering answering, TimeProvider clock) : IHostedService, IDisposable
{
    /// <summary>How many may be made at a time.</summary>
    private const int Most = 64;

    /// <summary>How long the events of one that has ended can still be read.</summary>
    private static readonly TimeSpan s_remembered = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Run> _runs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private int _active;

    /// <summary>Starts one.</summary>
    /// <param name="run">What is to be made; stored as begun.</param>
    /// <param name="lease">Holds its model until it is made.</param>
    /// <param name="conversation">Its conversation's turn, given back when it is made.</param>
    public EventLog Start(ResponseRun run, ModelLease lease, ConversationLock conversation)
    {
        var begun = new Run(run, new EventLog(), CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
        begun.Task = Task.Run(() => MakeAsync(begun, lease, conversation));
        _runs[run.State.Id] = begun;
        return begun.Log;
    }

    /// <summary>Takes a place for one more.</summary>
    /// <exception cref="RefusedException">There are too many (429).</exception>
    public void Enter()
    {
        if (Interlocked.Increment(ref _active) <= Most)
            return;
        Interlocked.Decrement(ref _active);
        throw new RefusedException(new Refusal(429, ErrorCodes.TooManyRequests, "background", $"{Most} responses are being made in the background already, the most this server takes; try again when some are done.", TimeSpan.FromSeconds(5)));
    }

    /// <summary>Gives the place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _active);

    /// <summary>The events of one that is being made, or ended a moment ago; null for others.</summary>
    public EventLog? Find(string owner, string id) => _runs.TryGetValue(id, out var run) && run.Response.Owner == owner ? run.Log : null;

    /// <summary>Ends one, and waits until it has ended; false where it is not being made here.</summary>
    public async Task<bool> CancelAsync(string owner, string id)
    {
        if (!_runs.TryGetValue(id, out var run) || run.Response.Owner != owner)
            return false;
        await run.Cancel.CancelAsync();
        await run.Task;
        return true;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_runs.Values.Select(run => run.Task)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // what does not end in time is marked at the next start
    }

    public void Dispose() => _stop.Dispose();

    private async Task MakeAsync(Run run, ModelLease lease, ConversationLock conversation)
    {
        using (lease)
        using (conversation)
            await answering.BackgroundAsync(run.Response, run.Log, _stop.Token, run.Cancel.Token);
        Leave();
        _ = Task.Delay(s_remembered, clock, CancellationToken.None).ContinueWith(_ =>
        {
            if (_runs.TryRemove(run.Response.State.Id, out var forgotten))
                forgotten.Cancel.Dispose();
        }, TaskScheduler.Default);
    }

    private sealed class Run(ResponseRun response, EventLog log, CancellationTokenSource cancel)
    {
        public ResponseRun Response => response;
        public EventLog Log => log;
        public CancellationTokenSource Cancel => cancel;
        public Task Task { get; set; } = Task.CompletedTask;
    }
}
