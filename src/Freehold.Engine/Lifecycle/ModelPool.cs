using Freehold.Engine.Refusals;

namespace Freehold.Engine.Lifecycle;

/// <summary>
/// Several models in one memory budget. A request holds a lease on its model; a model that is not here is loaded for all who wait, once; the longest unused
/// leaves to make room, but never one that somebody holds. When a model's files change, the new version is loaded beside the old, which drains. All state
/// belongs to its turns, which run one after the other; what goes in and out are messages.
/// </summary>
/// <typeparam name="TModel">What serves requests.</typeparam>
public sealed partial class ModelPool<TModel> : IAsyncDisposable where TModel : class
{
    private readonly IModelLoader<TModel> _loader;
    private readonly PoolOptions _options;
    private readonly Turns _turns;
    private readonly ITimer _timer;
    private readonly Dictionary<string, Place<TModel>> _places = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset? _nextExpiry;
    private bool _closing;

    /// <summary>Begins, with nothing loaded.</summary>
    public ModelPool(IModelLoader<TModel> loader, PoolOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.BudgetBytes);
        (_loader, _options) = (loader, options);
        _published = new Published(new PoolSnapshot<TModel>(0, options.BudgetBytes, 0, 0, []));
        _turns = new Turns(AfterTurn, Break);
        _timer = options.Clock.CreateTimer(_ => _turns.Post(() => _nextExpiry = null), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private DateTimeOffset Now => _options.Clock.GetUtcNow();

    private IEnumerable<Resident<TModel>> Residents =>
        _places.Values.SelectMany(place => place.Serving is { } serving ? place.Leaving.Prepend(serving) : place.Leaving);

    private long TakenBytes => Residents.Sum(resident => resident.Memory.Total);

    /// <summary>Holds a model, and loads it first where it is not here. Where another version of it is here, that one is given while the asked one is loaded.</summary>
    /// <param name="model">Which, as its files are now.</param>
    /// <param name="keepAlive">How long it stays when nobody holds it; null changes nothing, zero lets it go at once, <see cref="Timeout.InfiniteTimeSpan"/> keeps it.</param>
    /// <param name="cancellationToken">Ends the wait of this requester alone.</param>
    /// <exception cref="ModelUnavailableException">It cannot be had now.</exception>
    public Task<PoolLease<TModel>> AcquireAsync(ModelVersion model, TimeSpan? keepAlive, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<PoolLease<TModel>>(cancellationToken);
        var waiter = new Waiter<TModel>(model, keepAlive);
        if (!_turns.Post(() => Acquire(waiter)))
            waiter.Answer.SetException(Closing());
        return cancellationToken.CanBeCanceled && !waiter.Answer.Task.IsCompleted ? WaitAsync(waiter, cancellationToken) : waiter.Answer.Task;
    }

    /// <summary>Lets a model go: requests get it no more, those that hold it finish. Done when none of it is in memory. A request that comes meanwhile waits, and loads it anew.</summary>
    /// <exception cref="ModelUnavailableException">It is pinned.</exception>
    public Task UnloadAsync(string name) => AskAsync(done =>
    {
        if (!_places.TryGetValue(name, out var place))
        {
            _turns.Tell(done.SetResult);
            return;
        }
        if (place.Pinned)
        {
            _turns.Tell(() => done.SetException(new ModelUnavailableException(UnavailableReason.Pinned, $"'{name}' is pinned by the owner of this server, so it stays. Unpin it first")));
            return;
        }
        if (place.Wanted is not null)
            place.Unloading.Add(done);
        if (place.Serving is { } serving)
            Leave(serving);
        if (place.Wanted is null)
            Task.WhenAll(place.Leaving.Select(leaving => leaving.Gone.Task)).ContinueWith(_ => done.SetResult(), TaskScheduler.Default);
    });

    /// <summary>Keeps a model whatever else is wanted, or ends that; loads nothing.</summary>
    public Task PinAsync(string name, bool pinned) => AskAsync(done =>
    {
        PlaceOf(name).Pinned = pinned;
        if (!pinned && _places[name].Serving is { } serving)
            (serving.Stays, serving.LastUsed) = (false, Now);
        _turns.Tell(done.SetResult);
    });

    /// <summary>Takes no more requests, ends what is under way, and frees everything. Who wants answers to finish lets them end first.</summary>
    public async ValueTask DisposeAsync()
    {
        _turns.Post(Close);
        await Task.WhenAny(_empty.Task, _turns.Ended);
        _turns.Close();
        await _turns.Ended;
        await _timer.DisposeAsync();
    }

    private static ModelUnavailableException Closing() => new(UnavailableReason.Closing, "the server is stopping; try again in a moment", TimeSpan.FromSeconds(5));

    private async Task<PoolLease<TModel>> WaitAsync(Waiter<TModel> waiter, CancellationToken cancellationToken)
    {
        await using var ending = cancellationToken.Register(() =>
        {
            if (waiter.Answer.TrySetCanceled(cancellationToken))
                _turns.Post(() => PlaceOf(waiter.Model.Name).Waiters.Remove(waiter));
        });
        return await waiter.Answer.Task;
    }

    private Task AskAsync(Action<TaskCompletionSource> turn)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_turns.Post(() => turn(done)))
            done.SetException(Closing());
        return done.Task;
    }

    /// <summary>A turn when something outside has ended, however it did.</summary>
    private void Then(Task outside, Action turn) =>
        outside.ContinueWith(_ => _turns.Post(turn), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private Place<TModel> PlaceOf(string name)
    {
        if (!_places.TryGetValue(name, out var place))
            _places.Add(name, place = new Place<TModel>(name));
        return place;
    }

    private void Acquire(Waiter<TModel> waiter)
    {
        if (_closing)
        {
            Answer(waiter, Closing());
            return;
        }
        var place = PlaceOf(waiter.Model.Name);
        var known = place.Fault is { } fault && fault.Version == waiter.Model.Version && Now < fault.RetryAt ? fault : null;
        if (place.Serving is { } serving)
        {
            if (serving.Version != waiter.Model.Version && known is null)
                Want(place, waiter.Model);
            Give(serving, waiter);
        }
        else if (known is not null)
        {
            Answer(waiter, Failed(place.Name, known));
        }
        else
        {
            place.Waiters.Add(waiter);
            Want(place, waiter.Model);
        }
    }

    private void Give(Resident<TModel> resident, Waiter<TModel> waiter)
    {
        if (waiter.KeepAlive is { } asked)
            (resident.Stays, resident.KeepAlive) = (asked == Timeout.InfiniteTimeSpan, asked);
        resident.Holders++;
        var lease = new PoolLease<TModel>(resident.Loaded, () => _turns.Post(() => Release(resident)));
        _turns.Tell(() =>
        {
            if (!waiter.Answer.TrySetResult(lease))
                lease.Dispose(); // the requester went away in this very moment
        });
    }

    private void Answer(Waiter<TModel> waiter, ModelUnavailableException no) => _turns.Tell(() => waiter.Answer.TrySetException(no));

    private void Release(Resident<TModel> resident)
    {
        resident.Holders--;
        resident.LastUsed = Now;
        if (resident.Holders == 0 && resident.Place.Serving != resident)
            End(resident);
    }

    private void AfterTurn()
    {
        foreach (var resident in Residents.Where(resident => resident.ExpiresAt <= Now).ToList())
            Leave(resident);
        Pump();
        Regrow();
        foreach (var place in _places.Values.Where(place => place.IsEmpty).ToList())
            _places.Remove(place.Name);
        var expiry = Residents.Min(resident => resident.ExpiresAt);
        if (expiry != _nextExpiry)
        {
            _nextExpiry = expiry;
            _timer.Change(expiry is { } at ? Positive(at - Now) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        Publish();
        if (_closing && _load is null && !Residents.Any())
            _empty.TrySetResult();
    }

    // A timer counts whole milliseconds; one too early would be set again and again.
    private static TimeSpan Positive(TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 1, int.MaxValue));
}
