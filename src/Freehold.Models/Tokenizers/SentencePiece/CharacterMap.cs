using System.Buffers.Binary;
using Freehold.Models.Files;

namespace Freehold.Models.Tokenizers.SentencePiece;

/// <summary>
/// SentencePiece's precompiled character map (normalizer.cc): four bytes with the length of a double-array trie (darts-clone), the trie,
/// then the replacements, each ended by a zero byte. A unit has the label in bits 0 to 7, "a value follows" in bit 8, and the offset to
/// its children in bits 10 to 30, times 256 where bit 9 is set.
/// </summary>
internal sealed class CharacterMap
{
    private const int LongestReplacement = 256;
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <summary>Reads the map.</summary>
    /// <exception cref="ModelFormatException">Its lengths contradict one another.</exception>
    public CharacterMap(ReadOnlySpan<byte> map)
    {
        var length = map.Length < 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(map);
        if (length > map.Length - 4 || length % 4 != 0 || length == 0)
            throw new ModelFormatException($"the character map has {map.Length} bytes and says that its trie has {length}; the file is damaged");
        _units = new uint[length / 4];
        for (var i = 0; i < _units.Length; i++)
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + 4 * i)..]);
        _replacements = map[(4 + (int)length)..].ToArray();
        var run = 0;
        foreach (var value in _replacements)
            if ((run = value == 0 ? 0 : run + 1) > LongestReplacement)
                throw new ModelFormatException($"the character map has a replacement of over {LongestReplacement} bytes; the file is damaged");
        if (run != 0)
            throw new ModelFormatException("the character map's last replacement has no end; the file is damaged");
    }

    /// <summary>The replacement of the longest prefix that has one.</summary>
    /// <param name="text">The text from where to look.</param>
    /// <param name="replacement">What stands in its place.</param>
    /// <returns>Bytes of the prefix; 0 where none has one.</returns>
    /// <exception cref="ModelFormatException">The trie points outside itself.</exception>
    public int Match(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement)
    {
        int longest = 0, value = 0;
        var node = Offset(Unit(0));
        for (var i = 0; i < text.Length && text[i] != 0; i++)
        {
            node ^= text[i];
            var unit = Unit(node);
            if ((unit & 0x800000FF) != text[i])
                break;
            node ^= Offset(unit);
            if ((unit >> 8 & 1) != 0)
                (longest, value) = (i + 1, (int)(Unit(node) & 0x7FFFFFFF));
        }
        replacement = default;
        if (longest == 0)
            return 0;
        if (value >= _replacements.Length)
            throw new ModelFormatException("the character map points outside its replacements; the file is damaged");
        replacement = _replacements.AsSpan(value);
        replacement = replacement[..replacement.IndexOf((byte)0)];
        return longest;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 1u << 9) >> 6);

    private uint Unit(uint index) => index < _units.Length
        ? _units[index]
        : throw new ModelFormatException("the character map's trie points outside itself; the file is damaged");
}
