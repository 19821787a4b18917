namespace Freehold.Models.Tokenizers.Scalars;

/// <summary>Steps over valid UTF-8 (RFC 3629). All text reaches the tokenizers through the runtime's encoder, which writes nothing else.</summary>
internal static class Utf8Scalar
{
    /// <summary>Bytes of the sequence that this byte leads; 1 for a continuation byte, so that a walk always moves on.</summary>
    public static int Length(byte lead) => lead switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };

    /// <summary>Decodes the scalar at <paramref name="at"/>.</summary>
    /// <param name="text">Valid UTF-8.</param>
    /// <param name="at">Where the sequence begins.</param>
    /// <param name="length">Bytes of the sequence.</param>
    public static int Decode(ReadOnlySpan<byte> text, int at, out int length)
    {
        int lead = text[at];
        if (lead < 0x80)
        {
            length = 1;
            return lead;
        }
        if (lead < 0xE0)
        {
            length = 2;
            return (lead & 0x1F) << 6 | text[at + 1] & 0x3F;
        }
        if (lead < 0xF0)
        {
            length = 3;
            return (lead & 0x0F) << 12 | (text[at + 1] & 0x3F) << 6 | text[at + 2] & 0x3F;
        }
        length = 4;
        return (lead & 0x07) << 18 | (text[at + 1] & 0x3F) << 12 | (text[at + 2] & 0x3F) << 6 | text[at + 3] & 0x3F;
    }

    /// <summary>Where the sequence that ends just before <paramref name="at"/> begins.</summary>
    public static int Before(ReadOnlySpan<byte> text, int at)
    {
        do
            at--;
        while (at > 0 && (text[at] & 0xC0) == 0x80);
        return at;
    }
}
