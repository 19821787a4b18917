using System.Globalization;
using System.Numerics;
using System.Text;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>The digits of numbers by the presentation types of Python's formatting.</summary>
internal static class PythonDigits
{
    /// <summary>The digits, without the sign, of a value in a presentation (<c>d x X o b e f g %</c>, or NUL for the type's own).</summary>
    public static string Of(char kind, Value value, int? precision, bool alternate, char grouping, out bool negative)
    {
        if (kind is 'd' or 'x' or 'X' or 'o' or 'b')
        {
            if (!Numbers.IsInteger(value, out var integer)) throw new TemplateFault($"%{kind} format: an integer is required, not {value.TypeName}");
            negative = integer.Sign < 0;
            var digits = InBase(BigInteger.Abs(integer), kind switch { 'x' or 'X' => 16, 'o' => 8, 'b' => 2, _ => 10 });
            if (kind == 'X') digits = digits.ToUpperInvariant();
            if (kind == 'd' && precision is { } least) digits = digits.PadLeft(least, '0');
            return Group(digits, grouping, kind == 'd' ? 3 : 4);
        }
        if (!Numbers.IsNumber(value, out var number)) throw new TemplateFault($"must be real number, not {value.TypeName}");
        negative = number < 0 || (number == 0 && double.IsNegative(number));
        number = Math.Abs(number);
        if (!double.IsFinite(number)) return double.IsNaN(number) ? "nan" : "inf";
        var text = char.ToLowerInvariant(kind) switch
        {
            'f' => Fixed(number, precision ?? 6),
            'e' => Scientific(number, precision ?? 6),
            'g' => General(number, precision ?? 6, alternate),
            '%' => Fixed(number * 100, precision ?? 6) + "%",
            _ => throw new TemplateFault($"Unknown format code '{kind}' for object of type '{value.TypeName}'"),
        };
        if (kind is 'E' or 'G') text = text.ToUpperInvariant();
        return Group(text, grouping, 3);
    }

    private static string InBase(BigInteger value, int radix)
    {
        if (radix == 10) return value.ToString(CultureInfo.InvariantCulture);
        if (value.IsZero) return "0";
        var digits = new StringBuilder();
        for (; !value.IsZero; value /= radix) digits.Insert(0, "0123456789abcdef"[(int)(value % radix)]);
        return digits.ToString();
    }

    private static string Group(string digits, char separator, int size)
    {
        if (separator == '\0') return digits;
        var end = 0;
        while (end < digits.Length && char.IsAsciiHexDigit(digits[end])) end++;
        for (var at = end - size; at > 0; at -= size) digits = digits.Insert(at, separator.ToString());
        return digits;
    }

    /// <summary>The exact decimal, rounded half to even as C's printf does.</summary>
    private static string Fixed(double number, int precision) => number.ToString("F" + precision, CultureInfo.InvariantCulture);

    private static string Scientific(double number, int precision)
    {
        var text = number.ToString("E" + precision, CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{text[..e]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string General(double number, int precision, bool alternate)
    {
        precision = Math.Max(precision, 1);
        var scientific = Scientific(number, precision - 1);
        var e = scientific.IndexOf('e', StringComparison.Ordinal);
        var exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var (digits, tail) = exponent < -4 || exponent >= precision
            ? (scientific[..e], scientific[e..])
            : (Fixed(number, precision - 1 - exponent), "");
        if (!alternate && digits.Contains('.')) digits = digits.TrimEnd('0').TrimEnd('.');
        return digits + tail;
    }
}
