namespace Freehold.Engine.Scheduling;

/// <summary>When a request that comes now would have its first token, by what was measured.</summary>
internal sealed class FirstTokenEstimate(Backlog backlog, Throughput throughput, int maxStreams)
{
    /// <summary>
    /// The tokens before it and its own at the measured rate, or the answers that have to end before it has a place, whichever takes longer. Null before
    /// anything was measured.
    /// </summary>
    /// <param name="tokens">Its own tokens that have to be computed.</param>
    /// <param name="priority">Whether it goes before batches.</param>
    public TimeSpan? Of(int tokens, RequestPriority priority)
    {
        var rate = throughput.TokensPerSecond;
        if (rate <= 0)
            return null;
        var reading = (backlog.TokensAhead(priority) + tokens) / rate;
        var place = Math.Max(0, backlog.RequestsAhead(priority) - maxStreams + 1) * throughput.SecondsPerEnd + tokens / rate;
        return TimeSpan.FromSeconds(Math.Min(Math.Max(reading, place), 86_400));
    }
}
