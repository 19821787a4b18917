using System.Globalization;
using System.Text;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>What Python's <c>str</c> takes for white space, prints and quotes.</summary>
internal static class PythonText
{
    /// <summary>Python's <c>isspace</c>, and <c>\s</c> of its regular expressions: .NET's white space and the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    /// <summary>Whether there is text and all of it is white space.</summary>
    public static bool IsSpace(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!IsSpace(c)) return false;
        return text.Length > 0;
    }

    /// <summary>Python's <c>isprintable</c> of a code point: not a control, format, surrogate, private or unassigned character, nor a separator but the space.</summary>
    public static bool IsPrintable(int code) => code == ' ' || CharUnicodeInfo.GetUnicodeCategory(code) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary>Python's <c>repr</c> of a text. Each character keeps its origin; the quotes are the template's only where all the text is.</summary>
    public static void Quote(Text text, TextBuilder output)
    {
        var value = text.Value;
        var quote = value.Contains('\'') && !value.Contains('"') ? '"' : '\'';
        output.Append(quote, text.Trusted);
        var plain = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var code = (int)value[i];
            var length = 1;
            if (i + 1 < value.Length && char.IsSurrogatePair(value[i], value[i + 1]))
            {
                code = char.ConvertToUtf32(value[i], value[i + 1]);
                length = 2;
            }
            var escape = code switch
            {
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when code == quote => "\\" + quote,
                >= ' ' and < 0x7f => null,
                _ when IsPrintable(code) => null,
                < 0x100 => $"\\x{code:x2}",
                < 0x10000 => $"\\u{code:x4}",
                _ => $"\\U{code:x8}",
            };
            if (escape is not null)
            {
                output.Append(text, plain, i);
                output.Append(escape, text.TrustedAt(i));
                plain = i + length;
            }
            i += length - 1;
        }
        output.Append(text, plain, value.Length);
        output.Append(quote, text.Trusted);
    }

    /// <summary>A text with each code point replaced; each result keeps the origin of its code point.</summary>
    public static Text Map(Text text, Func<Rune, int, string> change, Evaluation run)
    {
        var output = new TextBuilder(run);
        for (var i = 0; i < text.Value.Length;)
        {
            if (!Rune.TryGetRuneAt(text.Value, i, out var rune))
            {
                output.Append(text, i, i + 1);
                i++;
                continue;
            }
            output.Append(change(rune, i), text.TrustedAt(i));
            i += rune.Utf16SequenceLength;
        }
        return output.ToText(text.IsMarkup);
    }
}
