using Freehold.Engine.Sequences;

namespace Freehold.Engine.Scheduling;

/// <summary>Who is treated fairly against others: a client of a tenant, once for what it waits for and once for its batches.</summary>
internal readonly record struct ClientKey(string Tenant, string Client, RequestPriority Priority = RequestPriority.Interactive);

/// <summary>One client's sequences: those that wait, the earliest first, and how many run.</summary>
internal sealed class ClientLine(RequestPriority priority)
{
    private readonly LinkedList<Sequence> _waiting = new();

    /// <summary>Of all its sequences.</summary>
    public RequestPriority Priority => priority;

    /// <summary>Sequences that have a place among the running ones.</summary>
    public int Running { get; set; }

    /// <summary>Whether the client has nothing here any more.</summary>
    public bool IsEmpty => Running == 0 && _waiting.Count == 0;

    /// <summary>The earliest that waits and whose reader can take a token; null when there is none.</summary>
    public Sequence? First()
    {
        for (var node = _waiting.First; node is not null; node = node.Next)
            if (node.Value.HasReader)
                return node.Value;
        return null;
    }

    /// <summary>The earliest that waits; null when none does.</summary>
    public Sequence? Any() => _waiting.First?.Value;

    /// <summary>Puts a sequence where its seniority says: at the end if it is new, further ahead if it was interrupted.</summary>
    public void Add(Sequence sequence)
    {
        var behind = _waiting.Last;
        while (behind is not null && behind.Value.Order > sequence.Order)
            behind = behind.Previous;
        if (behind is null)
            _waiting.AddFirst(sequence.Node);
        else
            _waiting.AddAfter(behind, sequence.Node);
    }

    /// <summary>Takes it out of the line.</summary>
    public void Remove(Sequence sequence) => _waiting.Remove(sequence.Node);

    /// <summary>Hands each waiting sequence that nobody wants any more to <paramref name="drop"/>, out of the line.</summary>
    public int RemoveCancelled(Action<Sequence> drop)
    {
        var removed = 0;
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Stream.IsCancelled)
            {
                _waiting.Remove(node);
                drop(node.Value);
                removed++;
            }
            node = next;
        }
        return removed;
    }
}
