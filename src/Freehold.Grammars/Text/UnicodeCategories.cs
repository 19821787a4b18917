using System.Globalization;

namespace Freehold.Grammars.Text;

/// <summary>The general categories of <c>\p{...}</c>, by their short or long names. Scripts and other properties are not supported.</summary>
internal static class UnicodeCategories
{
    private static readonly string[] _short =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    /// <summary>The characters of a category.</summary>
    /// <exception cref="NotSupportedException">It is not known.</exception>
    public static CharSet Of(string name)
    {
        var category = name switch
        {
            "Letter" => "L",
            "Number" => "N",
            "Punctuation" => "P",
            "Symbol" => "S",
            "Mark" => "M",
            "Separator" => "Z",
            "Uppercase_Letter" or "Lu" => "Lu",
            "Lowercase_Letter" or "Ll" => "Ll",
            "Decimal_Number" or "Nd" => "Nd",
            _ => name,
        };
        if (category is not ("L" or "N" or "P" or "S" or "M" or "Z" or "C") && !_short.Contains(category))
            throw new NotSupportedException($"the property '{name}' is not supported; general categories such as L, Lu, Nd, P are");
        var ranges = new List<(int, int)>();
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (!_short[(int)CharUnicodeInfo.GetUnicodeCategory(value)].StartsWith(category, StringComparison.Ordinal))
                continue;
            if (ranges.Count > 0 && ranges[^1].Item2 == value - 1)
                ranges[^1] = (ranges[^1].Item1, value);
            else
                ranges.Add((value, value));
        }
        return CharSet.Of([.. ranges]);
    }
}
