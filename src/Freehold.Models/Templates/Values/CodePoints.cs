namespace Freehold.Models.Templates.Values;

/// <summary>Where code points start in UTF-16.</summary>
internal static class CodePoints
{
    /// <summary>The code unit at which each code point starts, and the length at the end; null where no code point takes two units.</summary>
    public static int[]? Offsets(string value)
    {
        var pairs = 0;
        for (var i = 0; i + 1 < value.Length; i++)
        {
            if (!char.IsSurrogatePair(value[i], value[i + 1])) continue;
            pairs++;
            i++;
        }
        if (pairs == 0) return null;
        var offsets = new int[value.Length - pairs + 1];
        var count = 0;
        for (var i = 0; i < value.Length; i++)
        {
            offsets[count++] = i;
            if (i + 1 < value.Length && char.IsSurrogatePair(value[i], value[i + 1])) i++;
        }
        offsets[count] = value.Length;
        return offsets;
    }
}
