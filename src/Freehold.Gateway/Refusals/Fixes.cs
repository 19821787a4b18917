using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Freehold.Gateway.Refusals;

/// <summary>What to do about each code, for people: the last column of docs/errors.md, which this assembly carries. It says nothing of the request; the client got the full words.</summary>
internal static partial class Fixes
{
    /// <summary>Of a parameter without effect.</summary>
    public const string OfInert = "Nothing to do: it cannot change an answer. Leave it out if the header bothers you.";

    private static readonly Lazy<FrozenDictionary<string, string>> ByCode = new(Read);

    /// <summary>Of a refusal.</summary>
    public static string Of(string code) => ByCode.Value.TryGetValue(code, out var fix) ? fix : "The client's error message says what to change.";

    private static FrozenDictionary<string, string> Read()
    {
        using var page = new StreamReader(typeof(Fixes).Assembly.GetManifestResourceStream("errors.md")!);
        var fixes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match row in Row().Matches(page.ReadToEnd()))
            foreach (Match code in Code().Matches(row.Groups[1].Value))
                fixes.TryAdd(code.Groups[1].Value, Sentence(row.Groups[2].Value));
        return fixes.ToFrozenDictionary(StringComparer.Ordinal);
    }

    // Plain text: a link is its words, and code is as it is. "The message" is the one that the client got.
    private static string Sentence(string cell)
    {
        var text = Link().Replace(cell, "$1").Replace("`", "", StringComparison.Ordinal).Replace("the message", "the client's error message", StringComparison.Ordinal).Trim();
        return text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..] + ".";
    }

    [GeneratedRegex(@"^\| *\d{3}[^|]*\|([^|]*)\|[^|]*\|([^|]*)\|\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();
}
