using System.Globalization;
using System.Text;
using Freehold.Grammars.Text;

namespace Freehold.Grammars.Gbnf;

/// <summary>The text of a grammar, read from left to right.</summary>
internal sealed class GbnfText(string text)
{
    /// <summary>Where the reader stands.</summary>
    public int At { get; private set; }

    /// <summary>Whether nothing is left.</summary>
    public bool IsAtEnd => At >= text.Length;

    /// <summary>The next character; a newline at the end.</summary>
    public char Next => IsAtEnd ? '\n' : text[At];

    /// <summary>A class, behind its opening bracket.</summary>
    public CharSet Class()
    {
        var isNegated = Skip("^");
        var set = CharSet.None;
        while (!Skip("]"))
        {
            if (At == text.Length)
                throw Malformed("a class is not closed");
            var (low, high) = (Character(), -1);
            if (At + 1 < text.Length && text[At] == '-' && text[At + 1] != ']')
            {
                At++;
                high = Character();
            }
            set = set.Or(CharSet.Of((low, high < 0 ? low : high)));
        }
        return isNegated ? set.Not() : set;
    }

    /// <summary>A character, or the one that an escape stands for.</summary>
    public int Character()
    {
        if (text[At] != '\\')
            return Scalar();
        if (++At == text.Length)
            throw Malformed("it ends with a backslash");
        var escape = text[At++];
        return escape switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'x' => Hex(2),
            'u' => Hex(4),
            'U' => Hex(8),
            '\\' or '"' or '[' or ']' or '-' or '^' => escape,
            _ => throw Malformed($"'\\{escape}' is no escape"),
        };
    }

    private int Hex(int digits)
    {
        if (At + digits > text.Length || !int.TryParse(text.AsSpan(At, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || !Rune.IsValid(value))
            throw Malformed($"an escape needs {digits} hexadecimal digits of a scalar value");
        At += digits;
        return value;
    }

    /// <summary>A rule's name; null where there is none.</summary>
    public string? Name()
    {
        var start = At;
        while (At < text.Length && (char.IsAsciiLetterOrDigit(text[At]) || text[At] is '-' or '_'))
            At++;
        return At == start ? null : text[start..At];
    }

    /// <summary>A number of repetitions.</summary>
    public int Number()
    {
        var start = At;
        while (At < text.Length && char.IsAsciiDigit(text[At]))
            At++;
        return int.TryParse(text.AsSpan(start, At - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000
            ? number
            : throw Malformed("a repetition needs a number up to 1,000,000");
    }

    /// <summary>Goes on behind a text, if it stands here.</summary>
    public bool Skip(string what)
    {
        if (!text.AsSpan(At).StartsWith(what, StringComparison.Ordinal))
            return false;
        At += what.Length;
        return true;
    }

    /// <summary>Goes on behind spaces, comments and, where they are no end, newlines.</summary>
    public void SkipSpace(bool newlines)
    {
        while (At < text.Length && (text[At] is ' ' or '\t' or '#' || (newlines && text[At] is '\n' or '\r')))
        {
            if (text[At] == '#')
                while (At < text.Length && text[At] is not ('\n' or '\r'))
                    At++;
            else
                At++;
        }
    }

    /// <summary>For messages.</summary>
    public string Place => $"line {text.AsSpan(0, Math.Min(At, text.Length)).Count('\n') + 1}";

    /// <summary>A refusal that names the line.</summary>
    public GrammarRefusedException Malformed(string what) => GrammarRefusedException.Invalid(Place, what);

    private int Scalar()
    {
        var at = At;
        var scalar = PatternEscape.Scalar(text, ref at);
        At = at;
        return scalar;
    }
}
