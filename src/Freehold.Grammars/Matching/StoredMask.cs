using Freehold.Grammars.Tokens;

namespace Freehold.Grammars.Matching;

/// <summary>A set of tokens kept for later: as a list where they are few, else as bits.</summary>
internal sealed class StoredMask
{
    private readonly int[]? _ids;
    private readonly ulong[]? _words;

    /// <summary>Keeps a set.</summary>
    public StoredMask(TokenSet set)
    {
        var size = set.Size;
        if (size * sizeof(int) >= set.Words.Length * sizeof(ulong))
        {
            _words = set.Words.ToArray();
            return;
        }
        _ids = new int[size];
        var next = 0;
        for (var word = 0; word < set.Words.Length; word++)
            for (var bits = set.Words[word]; bits != 0; bits &= bits - 1)
                _ids[next++] = word * 64 + System.Numerics.BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>What it costs.</summary>
    public int Bytes => 64 + (_ids?.Length * sizeof(int) ?? _words!.Length * sizeof(ulong));

    /// <summary>Adds its tokens to a set.</summary>
    public void AddTo(TokenSet set)
    {
        if (_words is not null)
            set.Join(_words);
        else
            foreach (var id in _ids!)
                set.Add(id);
    }
}
