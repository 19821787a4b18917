using System.Text.RegularExpressions;

namespace Freehold.Catalog.Names;

/// <summary>Reads the quantisation from a file's name, as publishers write it (<c>model-Q4_K_M.gguf</c>, <c>model.bf16.gguf</c>).</summary>
public static partial class Quantisation
{
    /// <summary>The quantisation in the publishers' spelling (upper case), or null where the name says none.</summary>
    public static string? FromFileName(string fileName)
    {
        var matches = Pattern().Matches(SplitName.Stem(Path.GetFileName(fileName)));
        return matches.Count == 0 ? null : matches[^1].Groups[1].Value.ToUpperInvariant();
    }

    [GeneratedRegex("(?<![A-Za-z0-9])((?:UD-)?(?:IQ[1-4]_(?:XXS|XS|S|M|NL)|Q[2-8]_K(?:_(?:XS|S|M|L|XL))?|Q[4-8]_[01]|TQ[12]_0|MXFP4(?:_MOE)?|BF16|FP16|FP32|F16|F32))(?![A-Za-z0-9])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
