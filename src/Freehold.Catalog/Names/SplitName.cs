using System.Globalization;
using System.Text.RegularExpressions;

namespace Freehold.Catalog.Names;

/// <summary>A file of a split GGUF: <c>stem-00001-of-00003.gguf</c>, the naming that llama.cpp's <c>gguf-split</c> writes.</summary>
/// <param name="Prefix">What stands before the numbers, folder included.</param>
/// <param name="Index">Which part, from 1.</param>
/// <param name="Count">How many parts.</param>
public sealed partial record SplitName(string Prefix, int Index, int Count)
{
    /// <summary>Reads a split file's name, or null where it is none.</summary>
    public static SplitName? TryParse(string path)
    {
        var match = Pattern().Match(path);
        if (!match.Success)
            return null;
        var index = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        var count = int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture);
        return index >= 1 && index <= count ? new SplitName(match.Groups[1].Value, index, count) : null;
    }

    /// <summary>The path of one part, from 1.</summary>
    public string Part(int index) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{index:D5}-of-{Count:D5}.gguf");

    /// <summary>A GGUF file's name without ending and part numbers.</summary>
    public static string Stem(string fileName)
    {
        if (TryParse(fileName) is { } split)
            return split.Prefix;
        return fileName.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? fileName[..^5] : fileName;
    }

    [GeneratedRegex(@"^(.+)-([0-9]{5})-of-([0-9]{5})\.gguf$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
