namespace Freehold.Catalog.Names;

/// <summary>Says which names a person may have meant.</summary>
internal static class NameMatch
{
    /// <summary>True where everything that was written fits: the owner and tag may be left out, and case never counts.</summary>
    public static bool Loosely(ModelName name, ModelName wanted) =>
        name.Repository.Equals(wanted.Repository, StringComparison.OrdinalIgnoreCase)
        && (wanted.Owner is null || wanted.Owner.Equals(name.Owner, StringComparison.OrdinalIgnoreCase))
        && (wanted.Tag is null || wanted.Tag.Equals(name.Tag ?? ModelName.DefaultTag, StringComparison.OrdinalIgnoreCase));

    /// <summary>A sentence with up to three names near to a text, or nothing where none is near.</summary>
    public static string Suggest(string text, IEnumerable<string> names)
    {
        var wanted = text.ToLowerInvariant();
        var near = names.Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(n => (Name: n, Distance: Nearness(wanted, n.ToLowerInvariant())))
            .Where(n => n.Distance <= Math.Max(2, wanted.Length / 3))
            .OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal)
            .Take(3).Select(n => n.Name).ToList();
        return near.Count == 0 ? "" : $"; did you mean {string.Join(" or ", near)}?";
    }

    private static int Nearness(string wanted, string name)
    {
        if (wanted.Length >= 3 && name.Contains(wanted, StringComparison.Ordinal))
            return 1;
        var last = name[(name.LastIndexOf('/') + 1)..];
        var bare = last.Contains(':', StringComparison.Ordinal) ? last[..last.IndexOf(':', StringComparison.Ordinal)] : last;
        return Math.Min(Distance(wanted, name), Math.Min(Distance(wanted, last), Distance(wanted, bare)));
    }

    /// <summary>Edits between two texts: insertions, deletions and substitutions (Levenshtein 1966).</summary>
    internal static int Distance(string a, string b)
    {
        if (a.Length > 300 || b.Length > 300)
            return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
