namespace Freehold.Gateway.Serving;

/// <summary>Looks at the life of models, and steers it. Safe from any thread. Names are those that requests may use, aliases included.</summary>
public interface IModelLife
{
    /// <summary>What there is now. Cheap, and loads nothing.</summary>
    PoolState Look();

    /// <summary>Waits until something differs from what a snapshot showed: for those who watch.</summary>
    /// <param name="version">The snapshot's <see cref="PoolState.Version"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<PoolState> ChangedAsync(long version, CancellationToken cancellationToken);

    /// <summary>Loads a model; done once it can answer. Of one that is loaded, its time begins anew.</summary>
    /// <param name="name">Which.</param>
    /// <param name="keepAlive">How long it stays when nobody uses it; null for the owner's setting, <see cref="Timeout.InfiniteTimeSpan"/> for good.</param>
    /// <param name="cancellationToken">Ends the wait, not the load.</param>
    /// <exception cref="RefusedException">There is none of that name (404), it cannot be loaded, or there is no room for it (503): the message has the numbers.</exception>
    Task LoadAsync(string name, TimeSpan? keepAlive, CancellationToken cancellationToken);

    /// <summary>Lets a model go: no request gets it any more, those that hold it finish, then its memory is free, and this is done. Of one that is not loaded, at once.</summary>
    /// <exception cref="RefusedException">There is none of that name (404), it is pinned (409), or models stay here (501).</exception>
    Task UnloadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Keeps a loaded model in memory whatever else is wanted, or ends that. One that is not loaded is loaded first.</summary>
    Task PinAsync(string name, bool pinned, CancellationToken cancellationToken);

    /// <summary>What loading it would take and give on this machine, by its file alone.</summary>
    Task<ModelForecast> ForecastAsync(string name, CancellationToken cancellationToken);
}

/// <summary>Where a model is in its life.</summary>
public enum ModelPhase
{
    /// <summary>Not loaded; a request may load it.</summary>
    OnDisk,

    /// <summary>Being loaded.</summary>
    Loading,

    /// <summary>Answers requests.</summary>
    Loaded,

    /// <summary>Gets no new requests; those that hold it finish.</summary>
    Draining,

    /// <summary>The last attempt to load it failed; <see cref="ModelState.Failure"/> says why.</summary>
    Failed,
}

/// <summary>All models at one moment.</summary>
/// <param name="BudgetBytes">Memory that all models together may take; null for a set of models that never changes.</param>
/// <param name="UsedBytes">What loaded, loading and draining ones take of it.</param>
/// <param name="Version">Grows with each change.</param>
/// <param name="Models">A model that is being replaced by a new version of its file is here twice, the one that drains behind.</param>
public sealed record PoolState(long? BudgetBytes, long UsedBytes, long Version, IReadOnlyList<ModelState> Models);

/// <summary>One model at one moment.</summary>
/// <param name="Card">What it is.</param>
/// <param name="Phase">Where it is in its life.</param>
public sealed record ModelState(ModelCard Card, ModelPhase Phase)
{
    /// <summary>How far its load is; null where it is not being loaded.</summary>
    public LoadProgress? Progress { get; init; }

    /// <summary>What it takes of the budget; null where it takes nothing.</summary>
    public ModelMemory? Memory { get; init; }

    /// <summary>Requests that hold it.</summary>
    public int Requests { get; init; }

    /// <summary>Whether it stays whatever else is wanted.</summary>
    public bool Pinned { get; init; }

    /// <summary>When it goes unless somebody uses it before; null where it does not go by itself, or is in use.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How long it stays when nobody uses it; <see cref="Timeout.InfiniteTimeSpan"/> for good. Null where it is not loaded.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>When a request last used it; null for never.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>Why its last load failed, for people; null where it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>What was chosen for it and why, a line each, for people; empty where it is not loaded.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];
}

/// <summary>How far a load is.</summary>
/// <param name="Step">What is being done, for people.</param>
/// <param name="Fraction">From 0 to 1; null where that is not known.</param>
/// <param name="Remaining">How long it will still take, by what has been done so far; null where that is not known.</param>
public sealed record LoadProgress(string Step, double? Fraction, TimeSpan? Remaining);

/// <summary>What a model takes of the memory budget, in bytes.</summary>
/// <param name="Weights">Its weights, mapped or packed.</param>
/// <param name="KeysAndValues">Pages of keys and values, what prefixes keep in them included.</param>
/// <param name="Workspace">Activations, logits, and while it is loaded what laying its weights out takes.</param>
public sealed record ModelMemory(long Weights, long KeysAndValues, long Workspace)
{
    /// <summary>All of it.</summary>
    public long Total => Weights + KeysAndValues + Workspace;
}

/// <summary>What loading a model would take and give on this machine.</summary>
/// <param name="NeededBytes">Memory it needs at least.</param>
/// <param name="FreeBytes">Memory of the budget that is free, or would be if every model left that may.</param>
/// <param name="TokensPerSecond">Of one answer alone; null where no measurement of this machine allows to say.</param>
/// <param name="Users">People it serves at once, at reading speed; null where that cannot be said.</param>
/// <param name="Lines">The same and why, for people.</param>
public sealed record ModelForecast(long NeededBytes, long FreeBytes, double? TokensPerSecond, int? Users, IReadOnlyList<string> Lines)
{
    /// <summary>Whether it can be loaded now.</summary>
    public bool Fits => NeededBytes <= FreeBytes;
}
