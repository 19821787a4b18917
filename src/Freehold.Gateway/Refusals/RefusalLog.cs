namespace Freehold.Gateway.Refusals;

/// <summary>The latest refusals and inert parameters, in memory alone. The same again by the same client is counted, not listed again.</summary>
public sealed class RefusalLog(TimeProvider clock)
{
    /// <summary>Entries kept; the one that was seen longest ago goes first.</summary>
    public const int Most = 50;

    private readonly Lock _gate = new();
    private readonly LinkedList<RefusedEntry> _entries = new(); // the latest first

    /// <summary>What there is, the latest first.</summary>
    public IReadOnlyList<RefusedEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    /// <summary>Notes one.</summary>
    public void Add(RefusedEntry entry)
    {
        entry = entry with { Count = 1, Last = default };
        lock (_gate)
        {
            var known = _entries.First;
            while (known is not null && known.Value with { Count = 1, Last = default } != entry)
                known = known.Next;
            if (known is not null)
                _entries.Remove(known);
            else if (_entries.Count == Most)
                _entries.RemoveLast();
            _entries.AddFirst(entry with { Count = (known?.Value.Count ?? 0) + 1, Last = clock.GetUtcNow() });
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        lock (_gate)
            _entries.Clear();
    }
}
