using Freehold.Gateway.Serving;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freehold.Pages.Models;

/// <summary>Models that are being fetched. A fetch goes on when the page that asked for it is closed, and any page shows it.</summary>
internal sealed class Pulls(ModelSteering steering, IHostApplicationLifetime server, ILogger<Pulls> log)
{
    // More than anybody watches; names of models come from people.
    private const int Most = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Pull> _all = new(StringComparer.Ordinal);

    /// <summary>All, those that have ended too until somebody dismisses them.</summary>
    public IReadOnlyList<Pull> All
    {
        get
        {
            lock (_gate)
                return [.. _all.Values.OrderBy(pull => pull.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Begins one, unless it is under way, or too many are.</summary>
    public void Begin(string name)
    {
        Pull pull;
        lock (_gate)
        {
            if (_all.TryGetValue(name, out var known) && !known.Ended)
                return;
            if (_all.Count >= Most)
                foreach (var ended in _all.Values.Where(other => other.Ended).ToList())
                    _all.Remove(ended.Name);
            if (_all.Count >= Most)
                return;
            pull = _all[name] = new Pull(name, CancellationTokenSource.CreateLinkedTokenSource(server.ApplicationStopping));
        }
        _ = RunAsync(pull);
    }

    /// <summary>Stops one that is under way; what has come is kept for the next time. One that has ended is shown no more.</summary>
    public void Dismiss(Pull pull)
    {
        if (!pull.Ended)
        {
            pull.Stop();
            return;
        }
        lock (_gate)
            if (_all.TryGetValue(pull.Name, out var known) && known == pull)
                _all.Remove(pull.Name);
    }

    private async Task RunAsync(Pull pull)
    {
        try
        {
            await foreach (var progress in steering.Library!.PullAsync(pull.Name, pull.Stopping))
                pull.Latest = progress;
            pull.End(null);
        }
        catch (OperationCanceledException) when (pull.Stopping.IsCancellationRequested)
        {
            pull.End("Stopped; what has come is kept, and the next time begins there.");
        }
        catch (RefusedException refused)
        {
            pull.End(refused.Message);
        }
        catch (Exception failure)
        {
            log.LogError(failure, "A model could not be fetched");
            pull.End("It failed; the server's log says why.");
        }
    }
}

/// <summary>One model that is being fetched.</summary>
internal sealed class Pull(string name, CancellationTokenSource stop)
{
    private readonly Lock _gate = new();
    private volatile PullProgress? _latest;
    private volatile bool _ended;

    public string Name => name;

    public PullProgress? Latest
    {
        get => _latest;
        set => _latest = value;
    }

    public bool Ended => _ended;

    /// <summary>Why there is no model; null where there is one, or is not yet.</summary>
    public string? Failure { get; private set; }

    public CancellationToken Stopping { get; } = stop.Token;

    public void Stop()
    {
        lock (_gate)
            if (!_ended)
                stop.Cancel();
    }

    public void End(string? failure)
    {
        lock (_gate)
        {
            Failure = failure;
            _ended = true;
            stop.Dispose();
        }
    }
}
