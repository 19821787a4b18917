using System.Text;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>
/// Python's changes of case: Unicode's full mappings. The simple ones are .NET's invariant; the characters that become several are here
/// (Unicode SpecialCasing.txt, the unconditional ones, without the Greek with iota subscript, which fold by rule below).
/// </summary>
internal static class Casing
{
    public static Text Upper(Text text, Evaluation run) => PythonText.Map(text, (rune, _) => Upper(rune), run);

    public static Text Lower(Text text, Evaluation run) =>
        PythonText.Map(text, (rune, at) => rune.Value == 0x3A3 ? FinalSigma(text.Value, at) : Lower(rune), run);

    public static Text Fold(Text text, Evaluation run) =>
        PythonText.Map(text, (rune, _) => rune.Value switch
        {
            0x3C2 => "\u03c3",
            _ => string.Concat(Upper(rune).EnumerateRunes().Select(Lower)),
        }, run);

    public static Text Capitalize(Text text, Evaluation run) =>
        PythonText.Map(text, (rune, at) => at == 0 ? Titled(rune) : rune.Value == 0x3A3 ? FinalSigma(text.Value, at) : Lower(rune), run);

    public static Text Title(Text text, Evaluation run)
    {
        var inWord = false;
        return PythonText.Map(text, (rune, _) =>
        {
            var changed = inWord ? Lower(rune) : Titled(rune);
            inWord = IsCased(rune);
            return changed;
        }, run);
    }

    public static Text Swap(Text text, Evaluation run) =>
        PythonText.Map(text, (rune, at) => Rune.IsUpper(rune) ? (rune.Value == 0x3A3 ? FinalSigma(text.Value, at) : Lower(rune)) : Rune.IsLower(rune) ? Upper(rune) : rune.ToString(), run);

    /// <summary>The upper case of one code point.</summary>
    public static string Upper(Rune rune)
    {
        if (rune.IsAscii) return Rune.ToUpperInvariant(rune).ToString();
        return SpecialCasing.Upper(rune.Value) ?? Rune.ToUpperInvariant(rune).ToString();
    }

    /// <summary>The lower case of one code point.</summary>
    public static string Lower(Rune rune) => rune.Value == 0x130 ? "i\u0307" : Rune.ToLowerInvariant(rune).ToString();

    private static string Titled(Rune rune) => SpecialCasing.Title(rune.Value) ?? Upper(rune);

    private static bool IsCased(Rune rune) => Rune.IsUpper(rune) || Rune.IsLower(rune)
        || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.TitlecaseLetter;

    /// <summary>A sigma behind a letter and not before one is final.</summary>
    private static string FinalSigma(string text, int at)
    {
        var before = at - 1;
        while (before >= 0 && IsIgnorable(text[before])) before--;
        if (before < 0 || !char.IsLetter(text[before])) return "\u03c3";
        var after = at + 1;
        while (after < text.Length && IsIgnorable(text[after])) after++;
        return after < text.Length && char.IsLetter(text[after]) ? "\u03c3" : "\u03c2";
    }

    private static bool IsIgnorable(char c) => c is '\'' or '.' or ':' or '^' or '`' or '\u00b7' or '\u2019'
        || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark
            or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.ModifierLetter or System.Globalization.UnicodeCategory.ModifierSymbol;
}
