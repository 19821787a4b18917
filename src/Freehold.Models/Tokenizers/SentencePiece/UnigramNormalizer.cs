using System.Buffers;
using Freehold.Models.Tokenizers.Scalars;

namespace Freehold.Models.Tokenizers.SentencePiece;

/// <summary>SentencePiece's normaliser: the character map, spaces marked and, where the model says so, runs of them made one.</summary>
internal sealed class UnigramNormalizer(CharacterMap? map, bool spacePrefix, bool mergeSpaces)
{
    /// <summary>Normalises.</summary>
    /// <param name="text">Valid UTF-8.</param>
    /// <param name="output">Where the result goes.</param>
    public void Normalize(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> output)
    {
        bool inWord = false, marked = false;
        while (!text.IsEmpty)
        {
            ReadOnlySpan<byte> part = default;
            var taken = map?.Match(text, out part) ?? 0;
            if (taken == 0)
            {
                taken = Utf8Scalar.Length(text[0]);
                part = text[..taken];
            }
            text = text[taken..];
            foreach (var value in part)
            {
                if (value == ' ')
                {
                    inWord = false;
                    if (!mergeSpaces)
                        output.Write(WordMarker.Utf8);
                    continue;
                }
                if (!inWord)
                {
                    inWord = true;
                    if ((spacePrefix && !marked) || (mergeSpaces && (spacePrefix || output.WrittenCount > 0)))
                    {
                        output.Write(WordMarker.Utf8);
                        marked = true;
                    }
                }
                output.Write([value]);
            }
        }
    }
}
