using System.Text;

namespace Freehold.Grammars.Text;

/// <summary>How characters stand in JSON strings.</summary>
internal static class JsonText
{
    /// <summary>Characters that must be escaped.</summary>
    public static CharSet Escaped { get; } = CharSet.Of((0, 0x1F), ('"', '"'), ('\\', '\\'));

    /// <summary>Characters that stand for themselves.</summary>
    public static CharSet Unescaped { get; } = Escaped.Not();

    /// <summary>The letter behind a backslash, or -1 where there is none.</summary>
    public static int ShortEscape(int value) => value switch
    {
        '"' => '"',
        '\\' => '\\',
        '\b' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\f' => 'f',
        '\r' => 'r',
        _ => -1,
    };

    /// <summary>A string as a JSON string, each character in its one form.</summary>
    public static byte[] Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            if (ShortEscape(rune.Value) is >= 0 and var letter)
                quoted.Append('\\').Append((char)letter);
            else if (rune.Value < 0x20)
                quoted.Append("\\u").Append(rune.Value.ToString("x4"));
            else
                quoted.Append(rune);
        }
        return Encoding.UTF8.GetBytes(quoted.Append('"').ToString());
    }
}
