namespace Freehold.Engine.Lifecycle;

/// <summary>A pool at one moment.</summary>
/// <param name="Version">Grows with each change.</param>
/// <param name="BudgetBytes">What all models may take.</param>
/// <param name="UsedBytes">What they take, leaving ones and the load under way included.</param>
/// <param name="LeavableBytes">Of that, what would be free if every model left that may leave now, and the others gave up what they can do without.</param>
/// <param name="Places">The models that are loaded, loading, leaving, or could not be loaded.</param>
public sealed record PoolSnapshot<TModel>(long Version, long BudgetBytes, long UsedBytes, long LeavableBytes, IReadOnlyList<PlaceSnapshot<TModel>> Places) where TModel : class;

/// <summary>Where a model is in its life.</summary>
public enum PlacePhase
{
    /// <summary>Waits for its turn to be loaded, or is being loaded.</summary>
    Loading,

    /// <summary>Serves.</summary>
    Loaded,

    /// <summary>Gets no new requests and goes when the last one has ended.</summary>
    Leaving,

    /// <summary>The last load failed.</summary>
    Failed,
}

/// <summary>One version of one model at one moment.</summary>
public sealed record PlaceSnapshot<TModel>(string Name, string Version, PlacePhase Phase) where TModel : class
{
    /// <summary>What serves requests, where it is loaded.</summary>
    public LoadedModelPlace<TModel>? Loaded { get; init; }

    /// <summary>What it takes, or was granted while it is being loaded.</summary>
    public MemoryTaken? Memory { get; init; }

    /// <summary>Requests that hold it; while it is being loaded, those that wait for it.</summary>
    public int Requests { get; init; }

    /// <summary>Whether it stays whatever else is wanted.</summary>
    public bool Pinned { get; init; }

    /// <summary>When it goes by itself; null where it does not, or is in use.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How long it stays when nobody holds it.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>When a request last used it.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>How far its load is.</summary>
    public LoadStep? Step { get; init; }

    /// <summary>When that step began.</summary>
    public DateTimeOffset? StepSince { get; init; }

    /// <summary>Why its last load failed.</summary>
    public string? Failure { get; init; }
}
