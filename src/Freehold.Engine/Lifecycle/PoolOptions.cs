namespace Freehold.Engine.Lifecycle;

/// <summary>What a pool of models may use, and how long models stay.</summary>
public sealed record PoolOptions
{
    /// <summary>Bytes that all models together may take: weights, keys and values, workspaces, and what loading needs beside them.</summary>
    public required long BudgetBytes { get; init; }

    /// <summary>How long a model that nobody holds stays, unless a request says otherwise. <see cref="Timeout.InfiniteTimeSpan"/> keeps it until its memory is wanted.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after a load that failed the next one of that model may be tried; it doubles with each failure up to <see cref="LongestRetry"/>. A new version of the files is tried at once.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest of these waits.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
