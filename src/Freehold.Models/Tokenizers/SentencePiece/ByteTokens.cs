using System.Globalization;
using System.Text;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers.SentencePiece;

/// <summary>The ids that stand for single bytes, written <c>&lt;0xNN&gt;</c>: with them a vocabulary spells what it has no piece for.</summary>
internal sealed class ByteTokens
{
    private readonly int[] _ids = new int[256];
    private readonly Vocabulary _vocabulary;

    /// <summary>Collects them.</summary>
    /// <exception cref="ModelFormatException">A byte token is not written as one.</exception>
    public ByteTokens(Vocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        Array.Fill(_ids, -1);
        for (var id = 0; id < vocabulary.Count; id++)
        {
            if (vocabulary.Kind(id) != TokenKind.Byte)
                continue;
            var value = Parse(vocabulary.Bytes(id));
            if (value < 0)
                throw new ModelFormatException($"token {id} ('{vocabulary.Text(id)}') is of the type byte but not written '<0xNN>'; the file is damaged");
            _ids[value] = id;
        }
    }

    /// <summary>The id of a byte, or -1.</summary>
    public int Id(byte value) => _ids[value];

    /// <summary>The byte of an id of kind <see cref="TokenKind.Byte"/>.</summary>
    public byte Value(int id) => (byte)Parse(_vocabulary.Bytes(id));

    private static int Parse(ReadOnlySpan<byte> piece) =>
        piece.Length == 6 && piece.StartsWith("<0x"u8) && piece[5] == '>'
        && int.TryParse(Encoding.ASCII.GetString(piece.Slice(3, 2)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : -1;
}
