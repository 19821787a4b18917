using System.Globalization;
using Freehold.Models.Tokenizers.Scalars;

namespace Freehold.Models.Tokenizers.WordPiece;

/// <summary>
/// BERT's normaliser as Hugging Face has it (tokenizers, normalizers/bert.rs): control characters go, white space becomes spaces, Chinese
/// characters stand alone, accents and case go where the model has none.
/// </summary>
internal sealed class BertNormalizer(bool lowerCase, bool stripAccents)
{
    /// <summary>Normalises.</summary>
    /// <param name="text">Valid UTF-8.</param>
    public List<int> Normalize(ReadOnlySpan<byte> text)
    {
        var clean = new List<int>(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var scalar = Utf8Scalar.Decode(text, at, out var length);
            at += length;
            if (scalar is '\t' or '\n' or '\r')
                clean.Add(' ');
            else if (scalar is 0 or 0xFFFD || ScalarProperties.Category(scalar) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse)
                continue;
            else if (ScalarProperties.IsWhiteSpace(scalar))
                clean.Add(' ');
            else if (IsChinese(scalar))
            {
                clean.Add(' ');
                Decompose(scalar, clean);
                clean.Add(' ');
            }
            else
                Decompose(scalar, clean);
        }
        return Fold(clean);
    }

    private void Decompose(int scalar, List<int> output)
    {
        if (stripAccents)
            CanonicalDecomposition.Append(scalar, output);
        else
            output.Add(scalar);
    }

    private List<int> Fold(List<int> clean)
    {
        if (stripAccents)
        {
            CanonicalDecomposition.Order(clean);
            clean.RemoveAll(scalar => scalar >= 0x300 && ScalarProperties.Category(scalar) == UnicodeCategory.NonSpacingMark);
        }
        if (!lowerCase)
            return clean;
        var lower = new List<int>(clean.Count);
        foreach (var scalar in clean)
            LowerCase.Append(scalar, lower);
        return lower;
    }

    // The fifth range begins 256 scalars late (U+2B920, not U+2B820): so it is in Hugging Face's code, and so models were trained.
    private static bool IsChinese(int scalar) => scalar is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
