using System.Globalization;

namespace Freehold.Grammars.Text;

/// <summary>The general categories of <c>\p{...}</c>, by their short or long names. Scripts and other properties are not supported.</summary>
internal static class UnicodeCategories
{
    private static readonly string[] _short =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly Lazy<(string Name, CharSet Set)[]> _sets = new(Sets);

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
        return _sets.Value.Where(set => set.Name.StartsWith(category, StringComparison.Ordinal)).Aggregate(CharSet.None, (all, set) => all.Or(set.Set));
    }

    private static (string Name, CharSet Set)[] Sets()
    {
        var ranges = Array.ConvertAll(_short, _ => new List<(int Low, int High)>());
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            var list = ranges[(int)CharUnicodeInfo.GetUnicodeCategory(value)];
            if (list.Count > 0 && list[^1].High == value - 1)
                list[^1] = (list[^1].Low, value);
            else
                list.Add((value, value));
        }
        return [.. _short.Zip(ranges, (name, list) => (name, CharSet.Of([.. list])))];
    }
}
