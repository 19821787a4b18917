namespace Freehold.Models.Tokenizers.Splitting;

/// <summary>Names of general categories as patterns write them.</summary>
internal static class CategoryNames
{
    // In the order of System.Globalization.UnicodeCategory.
    private static readonly string[] Names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf",
        "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    /// <summary>The mask of a category (<c>Lu</c>) or of a group of them (<c>L</c>), or null.</summary>
    public static uint? Mask(string name)
    {
        var mask = 0u;
        for (var i = 0; i < Names.Length; i++)
            if (Names[i] == name || (name.Length == 1 && Names[i][0] == name[0]))
                mask |= 1u << i;
        return mask == 0 ? null : mask;
    }
}
