using System.Globalization;
using System.Numerics;

namespace Freehold.Models.Templates.Operations;

/// <summary>How Python reads and rounds numbers.</summary>
internal static class PythonNumber
{
    /// <summary>Python's <c>int(text, base)</c>: white space around, a sign, underscores between digits.</summary>
    public static bool TryInteger(string text, int radix, out BigInteger value)
    {
        value = 0;
        var digits = text.AsSpan().Trim();
        var negative = digits.StartsWith("-");
        if (negative || digits.StartsWith("+")) digits = digits[1..];
        if (digits.Length > 2 && digits[0] == '0' && char.ToLowerInvariant(digits[1]) is var mark && radix == mark switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => -1 })
        {
            digits = digits[2..];
            if (digits[0] == '_') digits = digits[1..];
        }
        if (radix is < 2 or > 36 || digits.IsEmpty || digits.Length > 1200 || digits[0] == '_' || digits[^1] == '_') return false;
        var underscore = false;
        foreach (var c in digits)
        {
            if (c == '_')
            {
                if (underscore) return false;
                underscore = true;
                continue;
            }
            underscore = false;
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : 99;
            if (digit >= radix) return false;
            value = value * radix + digit;
        }
        if (negative) value = -value;
        return true;
    }

    /// <summary>Python's <c>float(text)</c>.</summary>
    public static bool TryFloat(string text, out double value)
    {
        var trimmed = text.AsSpan().Trim();
        var bare = trimmed.TrimStart("+-").ToString().ToLowerInvariant();
        if (bare is "inf" or "infinity" or "nan" && trimmed.Length - bare.Length <= 1)
        {
            value = bare == "nan" ? double.NaN : trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }
        value = 0;
        foreach (var c in bare)
            if (!char.IsAsciiDigit(c) && c is not ('.' or 'e' or '+' or '-' or '_')) return false;
        if (bare.Contains("__", StringComparison.Ordinal) || bare.StartsWith('_') || bare.EndsWith('_')) return false;
        return double.TryParse(trimmed.ToString().Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Python's <c>round(value, digits)</c>: the exact decimal value, halves to even.</summary>
    public static double Round(double value, int digits)
    {
        if (!double.IsFinite(value) || value == 0 || digits > 330) return value;
        if (digits < -310) return 0 * value;
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7ff);
        BigInteger numerator = bits & ((1L << 52) - 1) | (exponent == 0 ? 0 : 1L << 52);
        var power = Math.Max(exponent, 1) - 1075;
        BigInteger denominator = 1;
        if (power >= 0) numerator <<= power;
        else denominator <<= -power;
        if (digits >= 0) numerator *= BigInteger.Pow(10, digits);
        else denominator *= BigInteger.Pow(10, -digits);
        var rounded = RoundToEven(numerator, denominator);
        var text = $"{rounded.ToString(CultureInfo.InvariantCulture)}E{-digits}";
        return Math.CopySign(double.Parse(text, CultureInfo.InvariantCulture), value);
    }

    /// <summary>A quotient rounded to the nearest integer, halves to even.</summary>
    public static BigInteger RoundToEven(BigInteger value, BigInteger unit)
    {
        var quotient = BigInteger.DivRem(BigInteger.Abs(value), unit, out var rest);
        var order = (rest * 2).CompareTo(unit);
        if (order > 0 || (order == 0 && !quotient.IsEven)) quotient++;
        return value.Sign < 0 ? -quotient : quotient;
    }
}
