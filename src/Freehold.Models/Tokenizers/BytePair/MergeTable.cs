using System.Text;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers.BytePair;

/// <summary>Which pairs of ids merge, how early, and into what: one probe in an open hash table keyed by both ids.</summary>
internal sealed class MergeTable
{
    private readonly ulong[] _keys;
    private readonly (int Rank, int Id)[] _values;
    private readonly int _shift;

    /// <summary>Reads merges, first is earliest.</summary>
    /// <param name="merges">Two pieces with a space between them.</param>
    /// <param name="vocabulary">The vocabulary that has both pieces and what they make.</param>
    /// <exception cref="ModelFormatException">A merge names a piece that the vocabulary doesn't have.</exception>
    public MergeTable(TextArray merges, Vocabulary vocabulary)
    {
        var bits = 4;
        while (1L << bits < merges.Count * 2L)
            bits++;
        _keys = new ulong[1 << bits];
        _values = new (int, int)[1 << bits];
        _shift = 64 - bits;
        Array.Fill(_keys, ulong.MaxValue);
        // One buffer for all: a file may repeat short merges by the million.
        var whole = new byte[256];
        // Most vocabularies count their tokens in the order of merges, and name each way to make one: what is made is what the last merge made, or the next.
        var made = -1;
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var merge = merges[rank];
            if (merge.Length > whole.Length)
                whole = new byte[merge.Length * 2];
            // From the second character on: the first piece may be a space itself.
            var space = IsTooShort(merge) ? -1 : merge[1..].IndexOf((byte)' ') + 1;
            if (space <= 0)
                throw new ModelFormatException($"merge {rank} ('{merges.Text(rank)}') is not two pieces with a space between them; the file is damaged");
            var left = Piece(merge[..space], -1, rank);
            var right = Piece(merge[(space + 1)..], -1, rank);
            merge[..space].CopyTo(whole);
            merge[(space + 1)..].CopyTo(whole.AsSpan(space));
            var both = whole.AsSpan(0, merge.Length - 1);
            made = vocabulary.Is(made, both) ? made : Piece(both, made + 1, rank);
            // What only a template may name is never spelled, not even by merging.
            if (vocabulary.IsSpelled(made))
                Add(left, right, rank, made);
        }

        int Piece(ReadOnlySpan<byte> text, int guess, int rank) => vocabulary.Is(guess, text) ? guess : vocabulary.Find(text) is >= 0 and var id
            ? id
            : throw new ModelFormatException($"merge {rank} ('{merges.Text(rank)}') needs the token '{Encoding.UTF8.GetString(text)}', which the vocabulary doesn't have; the file is damaged");

        static bool IsTooShort(ReadOnlySpan<byte> merge) => merge.Length < 3 || (merge.Length < 7 && Encoding.UTF8.GetCharCount(merge) < 3);
    }

    /// <summary>Finds what a pair merges into; rank -1 where it doesn't.</summary>
    public (int Rank, int Id) Find(int left, int right)
    {
        var key = Key(left, right);
        for (var slot = Slot(key); ; slot = slot + 1 & _keys.Length - 1)
        {
            if (_keys[slot] == key)
                return _values[slot];
            if (_keys[slot] == ulong.MaxValue)
                return (-1, -1);
        }
    }

    private void Add(int left, int right, int rank, int id)
    {
        var key = Key(left, right);
        var slot = Slot(key);
        for (; _keys[slot] != ulong.MaxValue; slot = slot + 1 & _keys.Length - 1)
            if (_keys[slot] == key)
                return;
        _keys[slot] = key;
        _values[slot] = (rank, id);
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private int Slot(ulong key)
    {
        key ^= key >> 29;
        key *= 0xBF58476D1CE4E5B9ul;
        key ^= key >> 32;
        return (int)(key * 0x9E3779B97F4A7C15ul >> _shift);
    }
}
