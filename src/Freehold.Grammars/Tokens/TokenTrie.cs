namespace Freehold.Grammars.Tokens;

/// <summary>
/// All tokens' bytes as a tree, written down in the order in which one walks it: a node's children follow it, and a walk that may not enter a node goes on
/// at its end. The root is not written; place -1 stands for it.
/// </summary>
internal sealed class TokenTrie
{
    /// <summary>Tokens with more bytes are never chosen under a grammar.</summary>
    public const int MaxTokenBytes = 256;

    private readonly int[] _same;

    /// <summary>Of these tokens; those without bytes are left out.</summary>
    public TokenTrie(IReadOnlyList<ReadOnlyMemory<byte>> tokens)
    {
        _same = new int[tokens.Count];
        var ids = Enumerable.Range(0, tokens.Count).Where(id => tokens[id].Length is > 0 and <= MaxTokenBytes).ToArray();
        Array.Sort(ids, (a, b) => tokens[a].Span.SequenceCompareTo(tokens[b].Span) is var order && order != 0 ? order : a - b);
        var (bytes, depths, first) = (new List<byte>(), new List<byte>(), new List<int>());
        ReadOnlySpan<byte> previous = default;
        foreach (var id in ids)
        {
            var token = tokens[id].Span;
            var shared = token.CommonPrefixLength(previous);
            for (var i = shared; i < token.Length; i++)
            {
                bytes.Add(token[i]);
                depths.Add((byte)i);
                first.Add(-1);
            }
            _same[id] = first[^1];
            first[^1] = id;
            previous = token;
        }
        (Bytes, Depths, Tokens, Ends) = ([.. bytes], [.. depths], [.. first], new int[bytes.Count]);
        var open = new Stack<int>();
        for (var i = 0; i <= bytes.Count; i++)
        {
            while (open.TryPeek(out var above) && (i == bytes.Count || depths[above] >= depths[i]))
                Ends[open.Pop()] = i;
            open.Push(i);
        }
    }

    /// <summary>The byte that leads to each node.</summary>
    public byte[] Bytes { get; }

    /// <summary>Bytes before it.</summary>
    public byte[] Depths { get; }

    /// <summary>A token that ends at the node, or -1; <see cref="Same"/> gives further ones.</summary>
    public int[] Tokens { get; }

    /// <summary>Where the walk goes on behind the node and everything below it.</summary>
    public int[] Ends { get; }

    /// <summary>Another token with the same bytes, or -1.</summary>
    public int Same(int token) => _same[token];

    /// <summary>The child of a node that a byte leads to, or -1 where there is none.</summary>
    public int Child(int node, byte value)
    {
        var end = node < 0 ? Bytes.Length : Ends[node];
        for (var child = node + 1; child < end; child = Ends[child])
        {
            if (Bytes[child] == value)
                return child;
            if (Bytes[child] > value)
                break;
        }
        return -1;
    }
}
