using System.Buffers;
using System.Collections;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Scalars;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers.Added;

/// <summary>
/// The tokens that are taken out of a text whole before anything else: user-defined ones always, control ones only where the text may
/// name them. Leftmost first, then longest.
/// </summary>
internal sealed class AddedTokens
{
    private const int LongestName = 4096;
    private readonly Vocabulary _vocabulary;
    private readonly Lazy<PrefixTrie> _trie;
    private readonly SearchValues<byte> _firstBytes;
    private readonly BitArray _stripLeft;
    private readonly BitArray _stripRight;

    /// <summary>Collects them.</summary>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="stripLeft">Ids that swallow white space before them.</param>
    /// <param name="stripRight">Ids that swallow white space behind them.</param>
    /// <exception cref="ModelFormatException">One is so long that looking for it would be slow.</exception>
    public AddedTokens(Vocabulary vocabulary, IEnumerable<int> stripLeft, IEnumerable<int> stripRight)
    {
        _vocabulary = vocabulary;
        var ids = new List<int>();
        var begins = new bool[256];
        for (var id = 0; id < vocabulary.Count; id++)
        {
            if (vocabulary.Kind(id) is not (TokenKind.Control or TokenKind.UserDefined or TokenKind.Unknown) || vocabulary.Bytes(id).IsEmpty)
                continue;
            if (vocabulary.Bytes(id).Length > LongestName)
                throw new ModelFormatException($"token {id} is a control or user-defined token of {vocabulary.Bytes(id).Length} bytes; at most {LongestName} are taken");
            ids.Add(id);
            begins[vocabulary.Bytes(id)[0]] = true;
        }
        // Some vocabularies have tens of thousands, and a text in which none can begin needs no trie.
        _trie = new Lazy<PrefixTrie>(() => new PrefixTrie(vocabulary, ids));
        var firstBytes = new List<byte>();
        for (var value = 0; value < begins.Length; value++)
            if (begins[value])
                firstBytes.Add((byte)value);
        _firstBytes = SearchValues.Create(firstBytes.ToArray());
        _stripLeft = Bits(vocabulary.Count, stripLeft);
        _stripRight = Bits(vocabulary.Count, stripRight);
    }

    /// <summary>The next token in a text.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="from">Where to begin looking.</param>
    /// <param name="trust">Which bytes may take part in a control token's name.</param>
    /// <param name="found">The token, with the white space that it swallows.</param>
    public bool TryFind(ReadOnlySpan<byte> text, int from, in Trust trust, out AddedMatch found)
    {
        for (var at = from; at < text.Length; at++)
        {
            var skip = text[at..].IndexOfAny(_firstBytes);
            if (skip < 0)
                break;
            at += skip;
            var (id, end) = Longest(text, at, trust);
            if (id < 0)
                continue;
            var start = at;
            if (_stripLeft[id])
                while (start > from && Utf8Scalar.Before(text, start) is var before && before >= from
                    && ScalarProperties.IsWhiteSpace(Utf8Scalar.Decode(text, before, out _)))
                    start = before;
            if (_stripRight[id])
                while (end < text.Length && ScalarProperties.IsWhiteSpace(Utf8Scalar.Decode(text, end, out var length)))
                    end += length;
            found = new AddedMatch(id, start, end);
            return true;
        }
        found = default;
        return false;
    }

    private (int Id, int End) Longest(ReadOnlySpan<byte> text, int at, in Trust trust)
    {
        var trie = _trie.Value;
        int best = -1, bestEnd = at, node = PrefixTrie.Root;
        var trusted = true;
        for (var i = at; i < text.Length; i++)
        {
            node = trie.Child(node, text[i]);
            if (node < 0)
                break;
            trusted = trusted && trust.Covers(i);
            var id = trie.Id(node);
            if (id >= 0 && (trusted || _vocabulary.Kind(id) == TokenKind.UserDefined))
                (best, bestEnd) = (id, i + 1);
        }
        return (best, bestEnd);
    }

    private static BitArray Bits(int count, IEnumerable<int> ids)
    {
        var bits = new BitArray(count);
        foreach (var id in ids)
            bits[id] = true;
        return bits;
    }
}

/// <summary>A token found in a text and the bytes that it takes.</summary>
internal readonly record struct AddedMatch(int Id, int Start, int End);
