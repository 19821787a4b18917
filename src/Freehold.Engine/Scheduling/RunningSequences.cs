using Freehold.Engine.Sequences;

namespace Freehold.Engine.Scheduling;

/// <summary>The sequences that have pages, the earliest first, and who of them gives way (preemption). Owned by the engine's thread.</summary>
/// <param name="most">How many there may be.</param>
internal sealed class RunningSequences(int most)
{
    private readonly List<Sequence> _sequences = new(most);

    /// <summary>All, the earliest first.</summary>
    public List<Sequence> All => _sequences;

    /// <summary>How many.</summary>
    public int Count => _sequences.Count;

    /// <summary>How many of them are batches.</summary>
    public int Batches
    {
        get
        {
            var count = 0;
            foreach (var sequence in _sequences)
                count += sequence.Priority == RequestPriority.Batch ? 1 : 0;
            return count;
        }
    }

    /// <summary>One more, at its place by seniority.</summary>
    public void Add(Sequence sequence)
    {
        sequence.Line!.Running++;
        var index = _sequences.Count;
        while (index > 0 && _sequences[index - 1].Order > sequence.Order)
            index--;
        _sequences.Insert(index, sequence);
    }

    /// <summary>One less, if it runs.</summary>
    public void Remove(Sequence sequence)
    {
        if (_sequences.Remove(sequence))
            sequence.Line!.Running--;
    }

    /// <summary>Where it stands; -1: it does not run.</summary>
    public int PlaceOf(Sequence sequence) => _sequences.IndexOf(sequence);

    /// <summary>
    /// Who gives way to a client: a sequence whose reader stalls, or else a batch to an interactive request, or else the latest of a client of the same priority
    /// that has at least two more than this one.
    /// </summary>
    public Sequence? GivingWayTo(ClientLine line)
    {
        if (LatestStalled() is { } stalled)
            return stalled;
        if (line.Priority == RequestPriority.Interactive && Batches > 1)
            return LatestBatch();
        var most = line.Running + 1;
        Sequence? victim = null;
        for (var i = _sequences.Count - 1; i >= 0; i--)
        {
            if (_sequences[i].Priority == line.Priority && _sequences[i].Line!.Running > most)
                (most, victim) = (_sequences[i].Line!.Running, _sequences[i]);
        }
        return victim;
    }

    /// <summary>The latest batch; null where none runs.</summary>
    public Sequence? LatestBatch()
    {
        for (var i = _sequences.Count - 1; i >= 0; i--)
            if (_sequences[i].Priority == RequestPriority.Batch)
                return _sequences[i];
        return null;
    }

    /// <summary>The latest whose reader stalls; null where all read.</summary>
    public Sequence? LatestStalled()
    {
        for (var i = _sequences.Count - 1; i >= 0; i--)
            if (!_sequences[i].HasReader)
                return _sequences[i];
        return null;
    }
}
