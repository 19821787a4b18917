using System.Text;

namespace Freehold.Models.Tokenizers.BytePair;

/// <summary>
/// GPT-2's alphabet: every byte as a printable character, so that vocabularies are text. Printable Latin-1 stands for itself, the other 68
/// bytes for U+0100 on (openai/gpt-2, encoder.py, <c>bytes_to_unicode</c>).
/// </summary>
internal static class ByteAlphabet
{
    // One more than the last letter: 68 bytes have theirs from U+0100 on.
    private const int Beyond = 0x100 + 68;

    private static readonly char[] Letters = Build();
    private static readonly short[] Values = Invert(Letters);

    /// <summary>The character of a byte.</summary>
    public static char Letter(byte value) => Letters[value];

    /// <summary>The byte of a character, or -1.</summary>
    public static int Value(int scalar) => scalar < Values.Length ? Values[scalar] : -1;

    /// <summary>Writes bytes in the alphabet as UTF-8, which takes at most twice their number.</summary>
    public static int Spell(ReadOnlySpan<byte> bytes, Span<byte> utf8)
    {
        var at = 0;
        foreach (var value in bytes)
            at += new Rune(Letters[value]).EncodeToUtf8(utf8[at..]);
        return at;
    }

    private static char[] Build()
    {
        var letters = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
            letters[value] = (char)(value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? value : next++);
        return letters;
    }

    private static short[] Invert(char[] letters)
    {
        var values = new short[Beyond];
        Array.Fill(values, (short)-1);
        for (var value = 0; value < 256; value++)
            values[letters[value]] = (short)value;
        return values;
    }
}
