namespace Freehold.Engine.Lifecycle;

/// <summary>All that a pool knows of one model. Only turns touch it.</summary>
internal sealed class Place<TModel>(string name) where TModel : class
{
    public string Name { get; } = name;

    /// <summary>Gets new requests.</summary>
    public Resident<TModel>? Serving { get; set; }

    /// <summary>Get no new requests; each goes when its last one has ended.</summary>
    public List<Resident<TModel>> Leaving { get; } = [];

    /// <summary>Requests that wait for it to be loaded.</summary>
    public List<Waiter<TModel>> Waiters { get; } = [];

    /// <summary>The version that is to be loaded, from when it was asked for until it is; null where none is.</summary>
    public ModelVersion? Wanted { get; set; }

    /// <summary>The last load that failed; null once one succeeded.</summary>
    public Fault? Fault { get; set; }

    /// <summary>Whether its owner keeps it in memory.</summary>
    public bool Pinned { get; set; }

    /// <summary>Who unloaded it while it was being loaded: it leaves as soon as it has been given to those who wait for it.</summary>
    public List<TaskCompletionSource> Unloading { get; } = [];

    /// <summary>Whether there is a reason to load it: somebody waits, its owner keeps it, or a new version is to follow the one that serves.</summary>
    public bool IsWanted => Waiters.Count > 0 || Pinned || Serving is not null;

    public bool IsEmpty => Serving is null && Leaving.Count == 0 && Waiters.Count == 0 && Wanted is null && Fault is null && !Pinned;
}

/// <summary>A version of a model that is in memory.</summary>
internal sealed class Resident<TModel>(Place<TModel> place, string version, LoadedModelPlace<TModel> loaded, TimeSpan keepAlive, DateTimeOffset now) where TModel : class
{
    public Place<TModel> Place { get; } = place;
    public string Version { get; } = version;
    public LoadedModelPlace<TModel> Loaded { get; } = loaded;

    /// <summary>What it takes now; while it is being made smaller still what it had.</summary>
    public MemoryTaken Memory { get; set; } = loaded.Memory;

    /// <summary>Bytes of it that are about to be free, since it is being made smaller.</summary>
    public long Coming { get; set; }

    /// <summary>Bytes of it beside those.</summary>
    public long StayingBytes => Memory.Total - Coming;

    /// <summary>Whether its keys and values are becoming fewer or more.</summary>
    public bool Resizing { get; set; }

    /// <summary>Bytes of keys and values below which it has been seen not to go.</summary>
    public long Keeps { get; set; }

    /// <summary>Bytes that it would give up beside those that are coming.</summary>
    public long SpareBytes => Loaded.Spare is { } spare && Place.Serving == this ? Math.Max(0, Memory.KeysAndValues - Coming - Math.Max(spare.Least, Keeps)) : 0;

    /// <summary>Bytes that it gave up and could have again.</summary>
    public long GivenUpBytes => Loaded.Spare is not null && Place.Serving == this ? Loaded.Memory.KeysAndValues - Memory.KeysAndValues : 0;

    /// <summary>Leases on it.</summary>
    public int Holders { get; set; }

    /// <summary>How long it stays after its last holder.</summary>
    public TimeSpan KeepAlive { get; set; } = keepAlive;

    public DateTimeOffset LastUsed { get; set; } = now;

    /// <summary>Whether its disposal has begun.</summary>
    public bool Ending { get; set; }

    /// <summary>Done when its memory is free.</summary>
    public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether a request asked for it to stay for good.</summary>
    public bool Stays { get; set; }

    public bool Pinned => Place.Pinned || Stays;

    /// <summary>Whether it may go to make room.</summary>
    public bool MayLeave => Holders == 0 && !Pinned && Place.Serving == this;

    public DateTimeOffset? ExpiresAt => Holders > 0 || Pinned || KeepAlive == Timeout.InfiniteTimeSpan || Place.Serving != this ? null : LastUsed + KeepAlive;
}

/// <summary>A request that waits.</summary>
internal sealed class Waiter<TModel>(ModelVersion model, TimeSpan? keepAlive) where TModel : class
{
    public ModelVersion Model { get; } = model;
    public TimeSpan? KeepAlive { get; } = keepAlive;

    /// <summary>Gets the lease.</summary>
    public TaskCompletionSource<PoolLease<TModel>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A load that failed.</summary>
/// <param name="Version">Of this version of the files.</param>
/// <param name="Message">Why, for people.</param>
/// <param name="RetryAt">Before that nobody tries it again.</param>
/// <param name="Failures">How often in a row.</param>
internal sealed record Fault(string Version, string Message, DateTimeOffset RetryAt, int Failures);
