using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Text;

/// <summary>Weaves text that may be anything until something known comes.</summary>
internal static class FreeText
{
    /// <summary>
    /// Text up to and with the first of several marks: an automaton that knows how much of a mark the last characters are (Aho, Corasick 1975). Gives the node behind each mark.
    /// </summary>
    /// <param name="weaver">Makes the nodes.</param>
    /// <param name="start">Where the text begins.</param>
    /// <param name="marks">The marks; none may be empty.</param>
    /// <param name="end">Where it may end without a mark; null: nowhere.</param>
    public static Node[] Until(Weaver weaver, Node start, IReadOnlyList<string> marks, Node? end)
    {
        var utf8 = new Utf8Weaver(weaver);
        int[][] runes = [.. marks.Select(Runes)];
        var nodes = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var mark in runes)
            for (var length = 0; length <= mark.Length; length++)
                nodes.TryAdd(Name(mark.AsSpan(0, length)), weaver.Node());
        Weaver.Skip(start, nodes[""]);
        int[] characters = [.. runes.SelectMany(mark => mark).Distinct()];
        var others = CharSet.Of([.. characters.Select(value => (value, value))]).Not();
        foreach (var known in runes.SelectMany(mark => Enumerable.Range(0, mark.Length).Select(length => mark[..length])).DistinctBy(prefix => Name(prefix)))
        {
            var from = nodes[Name(known)];
            utf8.Plain(from, others, nodes[""]);
            foreach (var next in characters)
                utf8.Plain(from, CharSet.Of((next, next)), nodes[Known([.. known, next], nodes)]);
            if (end is not null)
                Weaver.Skip(from, end);
        }
        return [.. runes.Select(mark => nodes[Name(mark)])];
    }

    /// <summary>Text that does not begin with any of several beginnings, up to <paramref name="end"/>; gives the node behind each beginning.</summary>
    public static Node[] Unless(Weaver weaver, Node start, IReadOnlyList<string> beginnings, Node end)
    {
        var utf8 = new Utf8Weaver(weaver);
        var free = weaver.Node();
        utf8.Plain(free, CharSet.All, free);
        Weaver.Skip(free, end);
        int[][] runes = [.. beginnings.Select(Runes)];
        var nodes = new Dictionary<string, Node>(StringComparer.Ordinal) { [""] = start };
        var followers = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var text in runes)
            for (var length = 0; length < text.Length; length++)
            {
                var known = Name(text.AsSpan(0, length));
                if (!followers.TryGetValue(known, out var list))
                    followers[known] = list = [];
                if (!list.Contains(text[length]))
                    list.Add(text[length]);
                nodes.TryAdd(Name(text.AsSpan(0, length + 1)), weaver.Node());
            }
        foreach (var (known, list) in followers)
        {
            var from = nodes[known];
            Weaver.Skip(from, end);
            utf8.Plain(from, CharSet.Of([.. list.Select(value => (value, value))]).Not(), free);
            foreach (var next in list)
                utf8.Plain(from, CharSet.Of((next, next)), nodes[known + char.ConvertFromUtf32(next)]);
        }
        return [.. runes.Select(text => nodes[Name(text)])];
    }

    // The longest end of the text that some mark begins with.
    private static string Known(ReadOnlySpan<int> text, Dictionary<string, Node> prefixes)
    {
        while (!prefixes.ContainsKey(Name(text)))
            text = text[1..];
        return Name(text);
    }

    private static int[] Runes(string text) => [.. text.EnumerateRunes().Select(rune => rune.Value)];

    private static string Name(ReadOnlySpan<int> runes)
    {
        var name = "";
        foreach (var rune in runes)
            name += char.ConvertFromUtf32(rune);
        return name;
    }
}
