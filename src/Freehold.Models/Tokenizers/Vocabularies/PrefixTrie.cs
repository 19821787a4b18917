namespace Freehold.Models.Tokenizers.Vocabularies;

/// <summary>
/// A byte trie over some of a vocabulary's pieces, in flat arrays: a node's children stand together, sorted by byte.
/// Built breadth-first from the sorted pieces, without recursion.
/// </summary>
internal sealed class PrefixTrie
{
    private readonly List<int> _first = [];
    private readonly List<ushort> _count = [];
    private readonly List<byte> _label = [];
    private readonly List<int> _id = [];

    /// <summary>Builds the trie of these ids' pieces.</summary>
    public PrefixTrie(Vocabulary vocabulary, IEnumerable<int> ids)
    {
        var sorted = ids.ToArray();
        Array.Sort(sorted, (a, b) => vocabulary.Bytes(a).SequenceCompareTo(vocabulary.Bytes(b)));
        var ranges = new Queue<(int Node, int From, int To, int Depth)>();
        AddNode(0);
        ranges.Enqueue((0, 0, sorted.Length, 0));
        while (ranges.TryDequeue(out var range))
        {
            var (node, from, to, depth) = range;
            if (from < to && vocabulary.Bytes(sorted[from]).Length == depth)
                _id[node] = sorted[from++];
            _first[node] = _label.Count;
            while (from < to)
            {
                var label = vocabulary.Bytes(sorted[from])[depth];
                var end = from + 1;
                while (end < to && vocabulary.Bytes(sorted[end])[depth] == label)
                    end++;
                ranges.Enqueue((AddNode(label), from, end, depth + 1));
                _count[node]++;
                from = end;
            }
        }
    }

    /// <summary>The root.</summary>
    public const int Root = 0;

    /// <summary>The id whose piece ends at the node, or -1.</summary>
    public int Id(int node) => _id[node];

    /// <summary>The child for a byte, or -1.</summary>
    public int Child(int node, byte label)
    {
        int low = _first[node], high = low + _count[node] - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var found = _label[middle];
            if (found == label)
                return middle;
            if (found < label)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return -1;
    }

    private int AddNode(byte label)
    {
        _first.Add(0);
        _count.Add(0);
        _label.Add(label);
        _id.Add(-1);
        return _label.Count - 1;
    }
}
