using System.Globalization;
using System.Numerics;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Syntax;

/// <summary>The number literals of jinja2: <c>1_000</c>, <c>0x1f</c>, <c>0o17</c>, <c>0b11</c>, <c>1.5</c>, <c>2e-3</c>.</summary>
internal static class NumberLiteral
{
    /// <summary>The kind and length of the number that starts at a digit.</summary>
    public static (TokenKind Kind, int Length) Measure(string source, int at)
    {
        var afterDot = at > 0 && source[at - 1] == '.';
        if (!afterDot)
        {
            var whole = Digits(source, at);
            var end = whole;
            if (end < source.Length && source[end] == '.' && Digits(source, end + 1) is var fraction && fraction > end + 1) end = fraction;
            if (end < source.Length && source[end] is 'e' or 'E')
            {
                var exponent = end + 1;
                if (exponent < source.Length && source[exponent] is '+' or '-') exponent++;
                if (Digits(source, exponent) is var stop && stop > exponent) end = stop;
            }
            if (end > whole) return (TokenKind.Float, end - at);
        }
        if (source[at] == '0' && at + 1 < source.Length)
        {
            Func<char, bool>? digit = char.ToLowerInvariant(source[at + 1]) switch
            {
                'b' => c => c is '0' or '1',
                'o' => c => c is >= '0' and <= '7',
                'x' => char.IsAsciiHexDigit,
                _ => null,
            };
            if (digit is not null && Run(source, at + 2, digit, leadingUnderscore: true) is var stop && stop > at + 2)
                return (TokenKind.Integer, stop - at);
        }
        var last = source[at] == '0' ? Run(source, at, c => c == '0', leadingUnderscore: false) : Digits(source, at);
        return (TokenKind.Integer, last - at);
    }

    /// <summary>The value of an integer literal.</summary>
    public static BigInteger Integer(string text, int line)
    {
        text = text.Replace("_", "", StringComparison.Ordinal);
        if (text.Length > 1000) throw new TemplateFault("an integer is longer than 1000 digits", line);
        var radix = text.Length > 1 && text[0] == '0' ? char.ToLowerInvariant(text[1]) switch { 'b' => 2, 'o' => 8, 'x' => 16, _ => 10 } : 10;
        if (radix == 10) return BigInteger.Parse(text, CultureInfo.InvariantCulture);
        var value = BigInteger.Zero;
        foreach (var c in text.AsSpan(2)) value = value * radix + Convert.ToInt32(c.ToString(), 16);
        return value;
    }

    /// <summary>The value of a float literal.</summary>
    public static double Float(string text) => double.Parse(text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static int Digits(string source, int at) => Run(source, at, char.IsAsciiDigit, leadingUnderscore: false);

    private static int Run(string source, int at, Func<char, bool> digit, bool leadingUnderscore)
    {
        var end = at;
        while (end < source.Length)
        {
            if (digit(source[end])) end++;
            else if (source[end] == '_' && (end > at || leadingUnderscore) && end + 1 < source.Length && digit(source[end + 1])) end += 2;
            else break;
        }
        return end;
    }
}
