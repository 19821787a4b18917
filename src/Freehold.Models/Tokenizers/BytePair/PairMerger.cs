namespace Freehold.Models.Tokenizers.BytePair;

/// <summary>
/// Merges the pairs of one piece, earliest merge first, leftmost first among equals. Short pieces scan their ranks; long ones keep a
/// queue, so that a piece of n symbols costs n log n and never n squared. Working memory is kept between pieces.
/// </summary>
internal sealed class PairMerger(MergeTable merges)
{
    private const int Short = 32;
    private readonly PriorityQueue<(int Left, int LeftId, int Right, int RightId, int Made), ulong> _queue = new();
    private int[] _next = [];
    private int[] _previous = [];

    /// <summary>Merges in place.</summary>
    /// <param name="ids">The symbols; what they become stands at the front.</param>
    /// <returns>How many are left.</returns>
    public int Merge(Span<int> ids) => ids.Length <= Short ? MergeShort(ids) : MergeLong(ids);

    private int MergeShort(Span<int> ids)
    {
        Span<(int Rank, int Id)> pairs = stackalloc (int, int)[Short];
        for (var i = 0; i + 1 < ids.Length; i++)
            pairs[i] = merges.Find(ids[i], ids[i + 1]);
        var count = ids.Length;
        while (count > 1)
        {
            var best = -1;
            for (var i = 0; i < count - 1; i++)
                if (pairs[i].Rank >= 0 && (best < 0 || pairs[i].Rank < pairs[best].Rank))
                    best = i;
            if (best < 0)
                break;
            ids[best] = pairs[best].Id;
            count--;
            ids[(best + 2)..(count + 1)].CopyTo(ids[(best + 1)..]);
            if (best + 1 < count)
            {
                pairs[(best + 2)..count].CopyTo(pairs[(best + 1)..]);
                pairs[best] = merges.Find(ids[best], ids[best + 1]);
            }
            if (best > 0)
                pairs[best - 1] = merges.Find(ids[best - 1], ids[best]);
        }
        return count;
    }

    private int MergeLong(Span<int> ids)
    {
        if (_next.Length < ids.Length)
        {
            _next = new int[ids.Length];
            _previous = new int[ids.Length];
        }
        for (var i = 0; i < ids.Length; i++)
            (_next[i], _previous[i]) = (i + 1 < ids.Length ? i + 1 : -1, i - 1);
        _queue.Clear();
        for (var i = 0; i + 1 < ids.Length; i++)
            Offer(ids, i, i + 1);
        while (_queue.TryDequeue(out var pair, out _))
        {
            // A pair is stale when one of its symbols has merged since: gone (-1) or another id.
            if (ids[pair.Left] != pair.LeftId || ids[pair.Right] != pair.RightId || _next[pair.Left] != pair.Right)
                continue;
            ids[pair.Left] = pair.Made;
            ids[pair.Right] = -1;
            var after = _next[pair.Right];
            _next[pair.Left] = after;
            if (after >= 0)
            {
                _previous[after] = pair.Left;
                Offer(ids, pair.Left, after);
            }
            if (_previous[pair.Left] is >= 0 and var before)
                Offer(ids, before, pair.Left);
        }
        var count = 0;
        for (var i = 0; i >= 0; i = _next[i])
            ids[count++] = ids[i];
        return count;
    }

    private void Offer(Span<int> ids, int left, int right)
    {
        var (rank, made) = merges.Find(ids[left], ids[right]);
        if (rank >= 0)
            _queue.Enqueue((left, ids[left], right, ids[right], made), (ulong)(uint)rank << 32 | (uint)left);
    }
}
