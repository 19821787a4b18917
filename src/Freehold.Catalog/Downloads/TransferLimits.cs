namespace Freehold.Catalog.Downloads;

/// <summary>How a download behaves.</summary>
public sealed record TransferLimits
{
    /// <summary>Bytes asked for at once; a smaller file is one piece.</summary>
    public long SegmentBytes { get; init; } = 32L << 20;

    /// <summary>Bytes between two notes in the journal: what a kill costs, for each connection.</summary>
    public long JournalBytes { get; init; } = 4L << 20;

    /// <summary>Connections at once.</summary>
    public int Connections { get; init; } = 6;

    /// <summary>Longest wait for the next byte before the connection counts as stalled.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Tries in a row that bring nothing before the download is given up.</summary>
    public int Attempts { get; init; } = 8;

    /// <summary>First wait between two tries; it doubles, with jitter, up to <see cref="LongestDelay"/>.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait between two tries.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest Retry-After that is waited for; a server that asks for more is reported.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Redirects followed for one request.</summary>
    public int Redirects { get; init; } = 10;
}
