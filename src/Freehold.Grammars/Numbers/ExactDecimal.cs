using System.Globalization;
using System.Numerics;

namespace Freehold.Grammars.Numbers;

/// <summary>A number as JSON writes it, exactly: Digits x 10^Exponent, Digits not divisible by 10 unless 0.</summary>
internal readonly record struct ExactDecimal : IComparable<ExactDecimal>
{
    private const int MaxExponent = 400;

    /// <summary>Digits x 10^exponent.</summary>
    public ExactDecimal(BigInteger digits, int exponent = 0)
    {
        while (!digits.IsZero && digits % 10 == 0)
            (digits, exponent) = (digits / 10, exponent + 1);
        (Digits, Exponent) = (digits, digits.IsZero ? 0 : exponent);
    }

    /// <summary>Signed.</summary>
    public BigInteger Digits { get; }

    /// <summary>Of ten.</summary>
    public int Exponent { get; }

    /// <summary>Whether it has no fraction.</summary>
    public bool IsInteger => Exponent >= 0;

    /// <summary>Significant digits.</summary>
    public int Precision => BigInteger.Abs(Digits).ToString(CultureInfo.InvariantCulture).Length;

    /// <summary>Reads a JSON number.</summary>
    /// <exception cref="NotSupportedException">Its exponent or length is beyond 400.</exception>
    public static ExactDecimal Parse(string json)
    {
        var mark = json.AsSpan().IndexOfAny('e', 'E');
        var mantissa = mark < 0 ? json : json[..mark];
        var exponent = 0;
        if (mark >= 0 && !int.TryParse(json.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) ||
            Math.Abs(exponent) > MaxExponent || mantissa.Length > MaxExponent)
            throw new NotSupportedException($"the number {json[..Math.Min(40, json.Length)]} is beyond what is computed exactly (400 digits, exponent 400)");
        var point = mantissa.IndexOf('.');
        if (point >= 0)
            exponent -= mantissa.Length - point - 1;
        return new ExactDecimal(BigInteger.Parse(mantissa.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture), exponent);
    }

    /// <inheritdoc/>
    public int CompareTo(ExactDecimal other)
    {
        var common = Math.Min(Exponent, other.Exponent);
        return Scaled(-common).CompareTo(other.Scaled(-common));
    }

    /// <summary>Times 10^power, which must leave no fraction.</summary>
    public BigInteger Scaled(int power) => Digits * BigInteger.Pow(10, Exponent + power);

    /// <summary>The largest integer that is not greater.</summary>
    public BigInteger Floor()
    {
        if (Exponent >= 0)
            return Scaled(0);
        var unit = BigInteger.Pow(10, -Exponent);
        var quotient = BigInteger.DivRem(Digits, unit, out var rest);
        return rest.Sign < 0 ? quotient - 1 : quotient;
    }

    /// <summary>Whether this is a whole multiple of another.</summary>
    public bool IsMultipleOf(ExactDecimal other)
    {
        var common = Math.Min(Exponent, other.Exponent);
        return other.Digits.IsZero || Scaled(-common) % other.Scaled(-common) == 0;
    }

    /// <summary>Minus this.</summary>
    public ExactDecimal Negate() => new(-Digits, Exponent);

    /// <summary>Written without an exponent where that is short.</summary>
    public override string ToString()
    {
        var digits = BigInteger.Abs(Digits).ToString(CultureInfo.InvariantCulture);
        var sign = Digits.Sign < 0 ? "-" : "";
        if (Exponent is >= 0 and <= 30)
            return sign + digits + new string('0', Exponent);
        if (Exponent is < 0 and >= -30)
        {
            digits = digits.PadLeft(1 - Exponent, '0');
            return $"{sign}{digits[..^-Exponent]}.{digits[^-Exponent..]}";
        }
        return $"{sign}{digits}e{Exponent}";
    }
}
