using System.Numerics;

namespace Freehold.Grammars.Tokens;

/// <summary>A set of token ids: a bit for each.</summary>
public sealed class TokenSet
{
    private readonly ulong[] _words;

    /// <summary>An empty set.</summary>
    /// <param name="count">Ids 0 to count - 1 can be in it.</param>
    public TokenSet(int count) => (Count, _words) = (count, new ulong[(count + 63) / 64]);

    /// <summary>How many ids can be in it.</summary>
    public int Count { get; }

    /// <summary>64 ids a word, the lowest id in the lowest bit.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>Whether an id is in it.</summary>
    public bool this[int id] => (uint)id < (uint)Count && (_words[id >> 6] >> id & 1) != 0;

    /// <summary>How many ids are in it.</summary>
    public int Size
    {
        get
        {
            var size = 0;
            foreach (var word in _words)
                size += BitOperations.PopCount(word);
            return size;
        }
    }

    internal void Add(int id) => _words[id >> 6] |= 1UL << id;

    internal void Remove(int id) => _words[id >> 6] &= ~(1UL << id);

    internal void Clear() => Array.Clear(_words);

    internal void Take(ReadOnlySpan<ulong> words) => words.CopyTo(_words);

    internal void Join(ReadOnlySpan<ulong> words)
    {
        var i = 0;
        for (; i <= words.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
            (new Vector<ulong>(words[i..]) | new Vector<ulong>(_words, i)).CopyTo(_words, i);
        for (; i < words.Length; i++)
            _words[i] |= words[i];
    }
}
