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
    public MergeTable(string[] merges, Vocabulary vocabulary)
    {
        var bits = 4;
        while (1L << bits < merges.Length * 2L)
            bits++;
        _keys = new ulong[1 << bits];
        _values = new (int, int)[1 << bits];
        _shift = 64 - bits;
        Array.Fill(_keys, ulong.MaxValue);
        // One buffer for all: a file may repeat short merges by the million.
        var bytes = new byte[256];
        for (var rank = 0; rank < merges.Length; rank++)
        {
            var merge = merges[rank];
            if (Encoding.UTF8.GetMaxByteCount(merge.Length) > bytes.Length)
                bytes = new byte[Encoding.UTF8.GetMaxByteCount(merge.Length) * 2];
            var length = Encoding.UTF8.GetBytes(merge, bytes);
            // From the second character on: the first piece may be a space itself.
            var space = merge.Length < 3 ? -1 : bytes.AsSpan(1, length - 1).IndexOf((byte)' ') + 1;
            if (space <= 0)
                throw new ModelFormatException($"merge {rank} ('{merge}') is not two pieces with a space between them; the file is damaged");
            var left = Piece(bytes.AsSpan(0, space), rank);
            var right = Piece(bytes.AsSpan(space + 1, length - space - 1), rank);
            bytes.AsSpan(space + 1, length - space - 1).CopyTo(bytes.AsSpan(space));
            var made = Piece(bytes.AsSpan(0, length - 1), rank);
            // What only a template may name is never spelled, not even by merging.
            if (vocabulary.IsSpelled(made))
                Add(left, right, rank, made);
        }

        int Piece(ReadOnlySpan<byte> text, int rank) => vocabulary.Find(text) is >= 0 and var id
            ? id
            : throw new ModelFormatException($"merge {rank} ('{merges[rank]}') needs the token '{Encoding.UTF8.GetString(text)}', which the vocabulary doesn't have; the file is damaged");
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
