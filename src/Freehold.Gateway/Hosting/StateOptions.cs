namespace Freehold.Gateway.Hosting;

/// <summary>What the gateway keeps beyond a request: responses, conversations, files, batches.</summary>
public sealed record StateOptions
{
    /// <summary>The data folder; null where there is none, and then nothing is kept.</summary>
    public string? Folder { get; init; }

    /// <summary>Why nothing is kept, for whoever asks for it: <c>FREEHOLD_STORE=off</c>; null where it is kept.</summary>
    public string? OffReason { get; init; }

    /// <summary>How long something is kept, from when it was made.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Bytes an uploaded file may have.</summary>
    public long MaxFileBytes { get; init; } = 200L << 20;

    /// <summary>Why nothing can be kept; null where it can.</summary>
    internal string? WhyOff => OffReason ?? (Folder is null ? "this server has no data folder" : null);
}
