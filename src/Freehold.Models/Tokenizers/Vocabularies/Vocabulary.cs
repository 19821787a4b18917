using System.Buffers.Binary;
using System.Text;
using Freehold.Models.Files;

namespace Freehold.Models.Tokenizers.Vocabularies;

/// <summary>
/// The pieces of a vocabulary as UTF-8, one after another in one buffer, with a hash table over those that text can spell or name.
/// About 12 bytes an id beside the text itself.
/// </summary>
internal sealed class Vocabulary
{
    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly TokenKind[] _kinds;
    private readonly int[] _slots;
    // Random, so that no text can be written that makes lookups slow. A Guid's bits are the system's own; RandomNumberGenerator would need OpenSSL on Linux.
    private readonly ulong _seed = BinaryPrimitives.ReadUInt64LittleEndian(Guid.NewGuid().ToByteArray());
    private readonly ulong _multiplier = BinaryPrimitives.ReadUInt64LittleEndian(Guid.NewGuid().ToByteArray()) | 1;

    /// <summary>Takes pieces, their kinds (one each) and scores (one each, or empty: all zero).</summary>
    /// <exception cref="ModelFormatException">No pieces, two equal pieces, or lengths that differ.</exception>
    public Vocabulary(TextArray pieces, ReadOnlySpan<TokenKind> kinds, float[] scores)
    {
        if (pieces.Count == 0)
            throw new ModelFormatException("the vocabulary is empty ('tokenizer.ggml.tokens' has no entries); the file is incomplete");
        if (kinds.Length != pieces.Count)
            throw new ModelFormatException($"the vocabulary has {pieces.Count} tokens but {kinds.Length} token types; the file is damaged");
        if (scores.Length != 0 && scores.Length != pieces.Count)
            throw new ModelFormatException($"the vocabulary has {pieces.Count} tokens but {scores.Length} scores; the file is damaged");
        Scores = scores;
        _kinds = kinds.ToArray();
        (_bytes, _offsets) = (pieces.Bytes, pieces.Offsets);
        var size = 16;
        while (size < pieces.Count * 2L)
            size *= 2;
        _slots = new int[size];
        Array.Fill(_slots, -1);
        for (var id = 0; id < pieces.Count; id++)
        {
            var length = pieces[id].Length;
            MaxLength = Math.Max(MaxLength, length);
            // Some conversions leave padding ids without text: they are kept, but nothing spells them.
            if (length > 0)
                Add(id);
        }
    }

    /// <summary>Number of ids.</summary>
    public int Count => _kinds.Length;

    /// <summary>Bytes of the longest piece.</summary>
    public int MaxLength { get; }

    /// <summary>One score an id, or empty.</summary>
    public float[] Scores { get; }

    /// <summary>The kind of an id.</summary>
    public TokenKind Kind(int id) => _kinds[id];

    /// <summary>Changes an id's kind; only while a tokenizer is being built.</summary>
    public void SetKind(int id, TokenKind kind) => _kinds[id] = kind;

    /// <summary>The UTF-8 of a piece.</summary>
    public ReadOnlySpan<byte> Bytes(int id) => _bytes.AsSpan(_offsets[id], _offsets[id + 1] - _offsets[id]);

    /// <summary>The piece as a string.</summary>
    public string Text(int id) => Encoding.UTF8.GetString(Bytes(id));

    /// <summary>The id of a piece whatever its kind, or -1.</summary>
    public int Find(ReadOnlySpan<byte> piece)
    {
        var slot = Hash(piece) & (uint)(_slots.Length - 1);
        for (; ; slot = (slot + 1) & (uint)(_slots.Length - 1))
        {
            var id = _slots[slot];
            if (id < 0 || Bytes(id).SequenceEqual(piece))
                return id;
        }
    }

    /// <summary>Whether this is the piece of an id, which may be any number.</summary>
    public bool Is(int id, ReadOnlySpan<byte> piece) => (uint)id < (uint)Count && piece.Length > 0 && Bytes(id).SequenceEqual(piece);

    /// <summary>The id of a piece whatever its kind, or -1.</summary>
    public int Find(string piece) => Find(Encoding.UTF8.GetBytes(piece));

    /// <summary>The id of a piece that plain text may spell (no control, unknown or byte token), or -1.</summary>
    public int FindSpelled(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > MaxLength)
            return -1;
        var id = Find(piece);
        return id >= 0 && IsSpelled(id) ? id : -1;
    }

    /// <summary>Whether plain text may spell the id.</summary>
    public bool IsSpelled(int id) => _kinds[id] is TokenKind.Normal or TokenKind.UserDefined or TokenKind.Unused or TokenKind.Undefined;

    private void Add(int id)
    {
        var piece = Bytes(id);
        var slot = Hash(piece) & (uint)(_slots.Length - 1);
        for (; _slots[slot] >= 0; slot = (slot + 1) & (uint)(_slots.Length - 1))
            if (Bytes(_slots[slot]).SequenceEqual(piece))
                throw new ModelFormatException($"the vocabulary has the token '{Text(id)}' twice, as {_slots[slot]} and as {id}; the file is damaged");
        _slots[slot] = id;
    }

    // Multiply and fold, eight bytes at a time, with a seed of this instance's own: a hostile file cannot aim its tokens at one slot.
    private uint Hash(ReadOnlySpan<byte> piece)
    {
        var hash = _seed ^ (ulong)piece.Length;
        for (; piece.Length >= 8; piece = piece[8..])
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(piece));
        var rest = 0ul;
        for (var i = 0; i < piece.Length; i++)
            rest |= (ulong)piece[i] << 8 * i;
        hash = Fold(hash ^ rest);
        return (uint)(hash ^ hash >> 32);
    }

    private ulong Fold(ulong value)
    {
        var high = Math.BigMul(value ^ 0x9E3779B97F4A7C15ul, _multiplier, out var low);
        return high ^ low;
    }
}
