namespace Freehold.Models.Tokenizers.Vocabularies;

/// <summary>
/// A byte trie over some of a vocabulary's pieces, in flat arrays: a node's children stand together, sorted by byte.
/// Built breadth-first from the sorted pieces, without recursion.
/// </summary>
internal sealed class PrefixTrie
{
    private readonly int[] _first;
    private readonly ushort[] _count;
    private readonly byte[] _label;
    private readonly int[] _id;
    private int _nodes;

    /// <summary>Builds the trie of these ids' pieces.</summary>
    public PrefixTrie(Vocabulary vocabulary, IEnumerable<int> ids)
    {
        var sorted = ids.ToArray();
        Array.Sort(sorted, (a, b) => vocabulary.Bytes(a).SequenceCompareTo(vocabulary.Bytes(b)));
        var nodes = CountNodes(vocabulary, sorted);
        (_first, _count, _label, _id) = (new int[nodes], new ushort[nodes], new byte[nodes], new int[nodes]);
        var ranges = new Queue<(int Node, int From, int To, int Depth)>();
        AddNode(0);
        ranges.Enqueue((0, 0, sorted.Length, 0));
        while (ranges.TryDequeue(out var range))
        {
            var (node, from, to, depth) = range;
            if (from < to && vocabulary.Bytes(sorted[from]).Length == depth)
                _id[node] = sorted[from++];
            _first[node] = _nodes;
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

    // One for the root and one for each byte that a piece does not share with the one before it.
    private static int CountNodes(Vocabulary vocabulary, int[] sorted)
    {
        var nodes = 1;
        for (var i = 0; i < sorted.Length; i++)
        {
            var piece = vocabulary.Bytes(sorted[i]);
            nodes += piece.Length - (i == 0 ? 0 : piece.CommonPrefixLength(vocabulary.Bytes(sorted[i - 1])));
        }
        return nodes;
    }

    private int AddNode(byte label)
    {
        _label[_nodes] = label;
        _id[_nodes] = -1;
        return _nodes++;
    }
}
