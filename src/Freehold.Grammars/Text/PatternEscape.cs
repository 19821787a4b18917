using System.Globalization;
using System.Text;

namespace Freehold.Grammars.Text;

/// <summary>Escapes and classes of regular expressions: <c>\d</c>, <c>\u{1F600}</c>, <c>\p{L}</c>, <c>[^a-z]</c>.</summary>
internal static class PatternEscape
{
    /// <summary>What follows a backslash.</summary>
    public static CharSet Read(string text, ref int at, bool inClass)
    {
        if (at == text.Length)
            throw new FormatException("the pattern ends with a backslash");
        var escape = text[at++];
        switch (escape)
        {
            case 'd': return CharSet.Digits;
            case 'D': return CharSet.Digits.Not();
            case 'w': return CharSet.Word;
            case 'W': return CharSet.Word.Not();
            case 's': return CharSet.Space;
            case 'S': return CharSet.Space.Not();
            case 'p': return UnicodeCategories.Of(Name(text, ref at));
            case 'P': return UnicodeCategories.Of(Name(text, ref at)).Not();
            case 'b' when inClass: return One(8);
            case 'b' or 'B': throw new NotSupportedException("word boundaries (\\b, \\B) are not supported");
            case 'k' or (>= '1' and <= '9'): throw new NotSupportedException("back-references are not supported");
            case 't': return One(9);
            case 'n': return One(10);
            case 'v': return One(11);
            case 'f': return One(12);
            case 'r': return One(13);
            case '0': return One(0);
            case 'c' when at < text.Length && char.IsAsciiLetter(text[at]): return One(text[at++] & 31);
            case 'x': return One(Hex(text, ref at, 2));
            case 'u': return One(Unicode(text, ref at));
            default:
                return char.IsAsciiLetterOrDigit(escape) ? throw new FormatException($"'\\{escape}' is no escape") : One(escape);
        }
    }

    /// <summary>A class, behind its opening bracket.</summary>
    public static CharSet Class(string text, ref int at)
    {
        var isNegated = at < text.Length && text[at] == '^';
        if (isNegated)
            at++;
        var set = CharSet.None;
        while (true)
        {
            if (at == text.Length)
                throw new FormatException("a class is not closed");
            if (text[at] == ']')
                break;
            var first = Member(text, ref at);
            if (at + 1 < text.Length && text[at] == '-' && text[at + 1] != ']')
            {
                at++;
                var last = Member(text, ref at);
                if (!IsOne(first) || !IsOne(last) || first.Ranges[0].Low > last.Ranges[0].Low)
                    throw new FormatException("a range in a class must go from a lower character to a higher one");
                first = CharSet.Of((first.Ranges[0].Low, last.Ranges[0].Low));
            }
            set = set.Or(first);
        }
        at++;
        return isNegated ? set.Not() : set;
    }

    /// <summary>The character at a place; a lone surrogate is refused.</summary>
    public static int Scalar(string text, ref int at)
    {
        if (!Rune.TryGetRuneAt(text, at, out var rune))
            throw new FormatException("the pattern has half of a surrogate pair");
        at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private static CharSet Member(string text, ref int at)
    {
        var character = Scalar(text, ref at);
        return character == '\\' ? Read(text, ref at, inClass: true) : One(character);
    }

    private static bool IsOne(CharSet set) => set.Ranges.Length == 1 && set.Ranges[0].Low == set.Ranges[0].High;

    private static CharSet One(int value) => value is >= 0xD800 and <= 0xDFFF
        ? throw new NotSupportedException("a lone surrogate can't be matched")
        : CharSet.Of((value, value));

    private static int Unicode(string text, ref int at)
    {
        if (at < text.Length && text[at] == '{')
        {
            var close = text.IndexOf('}', at);
            if (close < 0 || !int.TryParse(text.AsSpan(at + 1, close - at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 0x10FFFF)
                throw new FormatException("\\u{...} needs a scalar value");
            at = close + 1;
            return value;
        }
        var high = Hex(text, ref at, 4);
        if (!char.IsHighSurrogate((char)high) || at + 6 > text.Length || text[at] != '\\' || text[at + 1] != 'u')
            return high;
        var after = at + 2;
        var low = Hex(text, ref after, 4);
        if (!char.IsLowSurrogate((char)low))
            return high;
        at = after;
        return char.ConvertToUtf32((char)high, (char)low);
    }

    private static int Hex(string text, ref int at, int digits)
    {
        if (at + digits > text.Length || !int.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            throw new FormatException($"an escape needs {digits} hexadecimal digits");
        at += digits;
        return value;
    }

    private static string Name(string text, ref int at)
    {
        var close = at < text.Length && text[at] == '{' ? text.IndexOf('}', at) : -1;
        if (close < 0)
            throw new FormatException("\\p needs a category in braces");
        var name = text[(at + 1)..close];
        at = close + 1;
        return name;
    }
}
