using Freehold.Engine.Sequences;

namespace Freehold.Engine.Scheduling;

/// <summary>Sequences that wait for a place, in one line a client; the lines take turns.</summary>
internal sealed class WaitingRoom
{
    private readonly Dictionary<ClientKey, ClientLine> _byClient = [];
    private readonly List<ClientLine> _lines = [];
    private readonly int[] _turns = new int[2]; // of each priority

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>All clients that have a sequence here or running.</summary>
    public IReadOnlyList<ClientLine> Lines => _lines;

    /// <summary>Lets a sequence wait.</summary>
    public void Add(Sequence sequence)
    {
        if (sequence.Line is null)
        {
            if (!_byClient.TryGetValue(sequence.Client, out var line))
            {
                _byClient.Add(sequence.Client, line = new ClientLine(sequence.Priority));
                _lines.Add(line);
            }
            sequence.Line = line;
        }
        sequence.Line.Add(sequence);
        Count++;
    }

    /// <summary>
    /// Whose turn it is among those of a priority: a client with the fewest running sequences, in turns among such. The answer stays the same until it was
    /// taken, however long that takes: a large request is not overtaken for ever by small ones that happen to fit.
    /// </summary>
    public Sequence? Peek(RequestPriority priority)
    {
        Sequence? next = null;
        var begin = _turns[(int)priority];
        var turn = begin;
        for (var i = 0; i < _lines.Count; i++)
        {
            var index = (begin + i) % _lines.Count;
            if (_lines[index].Priority == priority && (next is null || _lines[index].Running < next.Line!.Running) && _lines[index].First() is { } sequence)
                (next, turn) = (sequence, index);
        }
        _turns[(int)priority] = turn;
        return next;
    }

    /// <summary>Some sequence that waits; null when none does.</summary>
    public Sequence? Any() => _lines.Select(line => line.Any()).FirstOrDefault(sequence => sequence is not null);

    /// <summary>The sequence got its place; the turn goes to the next client.</summary>
    public void Take(Sequence sequence)
    {
        sequence.Line!.Remove(sequence);
        Count--;
        _turns[(int)sequence.Priority] = (_lines.IndexOf(sequence.Line) + 1) % _lines.Count;
    }

    /// <summary>Drops waiting sequences that nobody wants any more.</summary>
    public void RemoveCancelled(Action<Sequence> drop)
    {
        // From the end, because dropping a client's last sequence removes its line.
        for (var i = _lines.Count - 1; i >= 0; i--)
            Count -= _lines[i].RemoveCancelled(drop);
    }

    /// <summary>The client of the sequence may have nothing left here.</summary>
    public void ForgetIfEmpty(Sequence sequence)
    {
        if (!sequence.Line!.IsEmpty || !_byClient.Remove(sequence.Client))
            return;
        var index = _lines.IndexOf(sequence.Line);
        _lines.RemoveAt(index);
        foreach (ref var turn in _turns.AsSpan())
        {
            if (index < turn)
                turn--;
            if (turn >= _lines.Count)
                turn = 0;
        }
    }
}
