using System.Globalization;
using System.Text;

namespace Freehold.Models.Templates.Values;

/// <summary>Python's text of a float.</summary>
internal static class PythonFloat
{
    /// <summary>Python's <c>repr</c>: the shortest digits that read back, an exponent below 1e-4 and from 1e16.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        // .NET's "E16" would round; "R" gives the shortest digits but its own notation, so take its digits and place the point as Python does.
        var (negative, digits, exponent) = Shortest(value);
        var text = new StringBuilder(negative ? "-" : "");
        if (exponent is < -4 or >= 16)
        {
            text.Append(digits[0]);
            if (digits.Length > 1) text.Append('.').Append(digits, 1, digits.Length - 1);
            text.Append('e').Append(exponent < 0 ? '-' : '+');
            var size = Math.Abs(exponent);
            if (size < 10) text.Append('0');
            return text.Append(size).ToString();
        }
        if (exponent < 0) return text.Append("0.").Append('0', -exponent - 1).Append(digits).ToString();
        if (digits.Length <= exponent + 1) return text.Append(digits).Append('0', exponent + 1 - digits.Length).Append(".0").ToString();
        return text.Append(digits, 0, exponent + 1).Append('.').Append(digits, exponent + 1, digits.Length - exponent - 1).ToString();
    }

    /// <summary>The shortest decimal digits d.ddd and the power of ten of the first.</summary>
    private static (bool Negative, string Digits, int Exponent) Shortest(double value)
    {
        var raw = value.ToString("R", CultureInfo.InvariantCulture);
        var negative = raw[0] == '-';
        if (negative) raw = raw[1..];
        var exponent = 0;
        var e = raw.IndexOf('E', StringComparison.Ordinal);
        if (e >= 0)
        {
            exponent = int.Parse(raw.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            raw = raw[..e];
        }
        var point = raw.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? raw.Length : point;
        var all = point < 0 ? raw : raw.Remove(point, 1);
        var leading = 0;
        while (leading < all.Length - 1 && all[leading] == '0') leading++;
        var digits = all[leading..].TrimEnd('0');
        if (digits.Length == 0) return (negative, "0", 0);
        return (negative, digits, exponent + whole - 1 - leading);
    }
}
