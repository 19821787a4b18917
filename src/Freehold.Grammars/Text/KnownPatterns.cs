using System.Collections.Concurrent;

namespace Freehold.Grammars.Text;

/// <summary>Patterns that were made deterministic before: formats come again in every schema, and a client's patterns in most of its own. Many threads may use it at once.</summary>
internal sealed class KnownPatterns(GrammarLimits limits)
{
    private const int MaxKept = 256, MaxKeptSize = 20_000;
    private readonly ConcurrentDictionary<(string, bool), Dfa> _known = [];

    /// <summary>The strings in which a pattern is found, or (not a search) that it matches whole.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    /// <exception cref="NotSupportedException">It isn't regular, or beyond the limits.</exception>
    public Dfa Of(string pattern, bool isSearch)
    {
        if (_known.TryGetValue((pattern, isSearch), out var known))
            return known;
        var made = DfaBuilder.Of(pattern, isSearch, limits);
        if (_known.Count >= MaxKept)
            _known.Clear();
        if (made.Next.Length <= MaxKeptSize)
            _known[(pattern, isSearch)] = made;
        return made;
    }
}
