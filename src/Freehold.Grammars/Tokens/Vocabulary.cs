namespace Freehold.Grammars.Tokens;

/// <summary>What a grammar must know of a model's tokens: their bytes, and which ones end an answer. Many threads may use it at once.</summary>
public sealed class Vocabulary
{
    private readonly ReadOnlyMemory<byte>[] _bytes;
    private readonly int[] _ends;
    private readonly bool[] _spellable = new bool[256];

    /// <summary>Takes the tokens down.</summary>
    /// <param name="tokens">The bytes of each id; empty for control tokens, which are never chosen under a grammar. They need not be whole characters.</param>
    /// <param name="endOfGeneration">Ids that end an answer: chosen only where a grammar may end, whatever their bytes.</param>
    public Vocabulary(IEnumerable<ReadOnlyMemory<byte>> tokens, IEnumerable<int> endOfGeneration)
    {
        _bytes = [.. tokens];
        _ends = [.. endOfGeneration.Where(id => (uint)id < (uint)_bytes.Length).Order()];
        foreach (var id in _ends)
            _bytes[id] = default;
        foreach (var token in _bytes)
            if (token.Length == 1)
                _spellable[token.Span[0]] = true;
        Trie = new TokenTrie(_bytes);
    }

    /// <summary>Ids.</summary>
    public int Count => _bytes.Length;

    /// <summary>Ids that end an answer, ascending.</summary>
    public ReadOnlySpan<int> EndOfGeneration => _ends;

    internal TokenTrie Trie { get; }

    /// <summary>For each byte, whether a token stands for it alone.</summary>
    internal ReadOnlySpan<bool> Spellable => _spellable;

    /// <summary>A token's bytes.</summary>
    public ReadOnlySpan<byte> this[int id] => _bytes[id].Span;
}
