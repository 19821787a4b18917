namespace Freehold.Grammars.Text;

/// <summary>A set of Unicode scalar values, as ascending ranges that do not touch. Surrogates are never in it.</summary>
internal sealed class CharSet
{
    private const int Top = 0x10FFFF;
    private readonly (int Low, int High)[] _ranges;

    private CharSet((int, int)[] ranges) => _ranges = ranges;

    /// <summary>Every scalar value.</summary>
    public static CharSet All { get; } = Of((0, 0xD7FF), (0xE000, Top));

    /// <summary>No value.</summary>
    public static CharSet None { get; } = Of();

    /// <summary>0 to 9, as ECMAScript and JSON have them.</summary>
    public static CharSet Digits { get; } = Of(('0', '9'));

    /// <summary>ECMAScript's \w.</summary>
    public static CharSet Word { get; } = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    /// <summary>ECMAScript's \s: WhiteSpace and LineTerminator.</summary>
    public static CharSet Space { get; } = Of(
        (9, 13), (32, 32), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    /// <summary>ECMAScript's dot: everything but line terminators.</summary>
    public static CharSet Dot { get; } = Of((10, 10), (13, 13), (0x2028, 0x2029)).Not();

    /// <summary>The ranges.</summary>
    public ReadOnlySpan<(int Low, int High)> Ranges => _ranges;

    /// <summary>Whether nothing is in it.</summary>
    public bool IsEmpty => _ranges.Length == 0;

    /// <summary>These ranges, in any order; they may overlap.</summary>
    public static CharSet Of(params ReadOnlySpan<(int Low, int High)> ranges)
    {
        var sorted = ranges.ToArray();
        Array.Sort(sorted, (a, b) => a.Low - b.Low);
        return Merged(sorted);
    }

    /// <summary>What is in either.</summary>
    public CharSet Or(CharSet other) => Of([.. _ranges, .. other._ranges]);

    /// <summary>What is in both.</summary>
    public CharSet And(CharSet other)
    {
        var both = new List<(int, int)>();
        for (int i = 0, j = 0; i < _ranges.Length && j < other._ranges.Length;)
        {
            both.Add((Math.Max(_ranges[i].Low, other._ranges[j].Low), Math.Min(_ranges[i].High, other._ranges[j].High)));
            if (_ranges[i].High < other._ranges[j].High)
                i++;
            else
                j++;
        }
        return Merged(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(both));
    }

    /// <summary>What is not in it.</summary>
    public CharSet Not()
    {
        var rest = new List<(int, int)>();
        var next = 0;
        foreach (var (low, high) in _ranges)
        {
            rest.Add((next, low - 1));
            next = high + 1;
        }
        rest.Add((next, Top));
        return Merged(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rest));
    }

    /// <summary>Whether a value is in it.</summary>
    public bool Contains(int value)
    {
        var (first, last) = (0, _ranges.Length - 1);
        while (first <= last)
        {
            var middle = (first + last) / 2;
            if (value < _ranges[middle].Low)
                last = middle - 1;
            else if (value > _ranges[middle].High)
                first = middle + 1;
            else
                return true;
        }
        return false;
    }

    // Of ranges by ascending beginnings.
    private static CharSet Merged(ReadOnlySpan<(int Low, int High)> sorted)
    {
        var merged = new List<(int Low, int High)>(sorted.Length);
        void Add(int low, int high)
        {
            if (low > high)
                return;
            if (merged.Count > 0 && low <= merged[^1].High + 1)
                merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, high));
            else
                merged.Add((low, high));
        }
        foreach (var (low, high) in sorted)
        {
            Add(low, Math.Min(high, 0xD7FF));
            Add(Math.Max(low, 0xE000), high);
        }
        return new CharSet([.. merged]);
    }
}
