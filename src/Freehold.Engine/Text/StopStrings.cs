using System.Text;

namespace Freehold.Engine.Text;

/// <summary>
/// Looks for any of several strings in a text that arrives byte by byte, each with an automaton of its own (Knuth, Morris, Pratt 1977):
/// constant work a byte, whatever the strings. The match that is complete first counts; of those complete at the same byte, the longest.
/// So where tokens are cut makes no difference.
/// </summary>
internal sealed class StopStrings
{
    private readonly IReadOnlyList<string> _strings;
    private readonly byte[][] _patterns;
    private readonly int[][] _fallback;
    private readonly int[] _matched;

    /// <summary>Prepares the strings; none may be empty.</summary>
    public StopStrings(IReadOnlyList<string> strings)
    {
        _strings = strings;
        _patterns = [.. strings.Select(Encoding.UTF8.GetBytes)];
        _fallback = [.. _patterns.Select(Fallback)];
        _matched = new int[_patterns.Length];
        Longest = _patterns.Length == 0 ? 0 : _patterns.Max(pattern => pattern.Length);
    }

    /// <summary>Bytes of the longest string; 0 when there is none.</summary>
    public int Longest { get; }

    /// <summary>How many of the last bytes may still become a stop string.</summary>
    public int Held { get; private set; }

    /// <summary>The string that was completed last; null while none was.</summary>
    public string? Found { get; private set; }

    /// <summary>Takes the next byte; returns the length of the stop string that it completes, or 0.</summary>
    public int Next(byte value)
    {
        var complete = 0;
        Held = 0;
        for (var i = 0; i < _patterns.Length; i++)
        {
            var pattern = _patterns[i];
            var matched = _matched[i];
            while (matched > 0 && pattern[matched] != value)
                matched = _fallback[i][matched - 1];
            if (pattern[matched] == value)
                matched++;
            if (matched == pattern.Length)
            {
                if (matched > complete)
                    (complete, Found) = (matched, _strings[i]);
                matched = _fallback[i][matched - 1];
            }
            _matched[i] = matched;
            Held = Math.Max(Held, matched);
        }
        return complete;
    }

    // For each prefix, the length of its longest proper prefix that is also its suffix.
    private static int[] Fallback(byte[] pattern)
    {
        var table = new int[pattern.Length];
        for (int i = 1, matched = 0; i < pattern.Length; i++)
        {
            while (matched > 0 && pattern[matched] != pattern[i])
                matched = table[matched - 1];
            if (pattern[matched] == pattern[i])
                matched++;
            table[i] = matched;
        }
        return table;
    }
}
