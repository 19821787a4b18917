namespace Freehold.Engine.Lifecycle;

/// <summary>Snapshots, which anybody may read without waiting for a turn.</summary>
public sealed partial class ModelPool<TModel>
{
    private volatile Published _published;

    private sealed record Published(PoolSnapshot<TModel> Snapshot)
    {
        /// <summary>Done when there is a newer one.</summary>
        public TaskCompletionSource Newer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The pool as it was after its last turn.</summary>
    public PoolSnapshot<TModel> Look() => _published.Snapshot;

    /// <summary>Waits until the pool differs from what a snapshot showed.</summary>
    public async Task<PoolSnapshot<TModel>> ChangedAsync(long version, CancellationToken cancellationToken)
    {
        while (true)
        {
            var published = _published;
            if (published.Snapshot.Version != version)
                return published.Snapshot;
            await published.Newer.Task.WaitAsync(cancellationToken);
        }
    }

    private void Publish()
    {
        var before = _published;
        var used = TakenBytes + (_load?.Grant?.Total ?? 0);
        var leavable = Residents.Sum(resident => resident.MayLeave ? resident.Memory.Total : resident.SpareBytes);
        _published = new Published(new PoolSnapshot<TModel>(before.Snapshot.Version + 1, _options.BudgetBytes, used, leavable, [.. _places.Values.SelectMany(Of)]));
        before.Newer.TrySetResult();
    }

    private IEnumerable<PlaceSnapshot<TModel>> Of(Place<TModel> place)
    {
        if (place.Serving is { } serving)
            yield return Of(serving, PlacePhase.Loaded) with { Failure = place.Fault?.Message };
        if (place.Wanted is { } wanted)
        {
            var load = _load?.Place == place ? _load : null;
            yield return new PlaceSnapshot<TModel>(place.Name, wanted.Version, PlacePhase.Loading)
            {
                Requests = place.Waiters.Count,
                Pinned = place.Pinned,
                Step = load?.Step ?? new LoadStep("waiting for another load to end", null),
                StepSince = load?.StepSince,
                Memory = load is { Grant: { } grant, Need: { } need } ? new MemoryTaken(need.Weights, grant.KeysAndValues, need.Workspace + need.Scratch) : null,
            };
        }
        else if (place.Serving is null && place.Fault is { } fault)
            yield return new PlaceSnapshot<TModel>(place.Name, fault.Version, PlacePhase.Failed) { Failure = fault.Message, Pinned = place.Pinned };
        foreach (var leaving in place.Leaving)
            yield return Of(leaving, PlacePhase.Leaving);
    }

    private static PlaceSnapshot<TModel> Of(Resident<TModel> resident, PlacePhase phase) => new(resident.Place.Name, resident.Version, phase)
    {
        Loaded = resident.Loaded,
        Memory = resident.Memory,
        Requests = resident.Holders,
        Pinned = resident.Pinned,
        KeepAlive = resident.Pinned ? Timeout.InfiniteTimeSpan : resident.KeepAlive,
        ExpiresAt = resident.ExpiresAt,
        LastUsed = resident.LastUsed,
    };
}
