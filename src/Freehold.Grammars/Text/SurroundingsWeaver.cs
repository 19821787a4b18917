using System.Text;
using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Text;

/// <summary>Weaves a rule with what stands around it.</summary>
internal static class SurroundingsWeaver
{
    private const int MaxMark = 200;

    /// <summary>A rule of the whole.</summary>
    public static Rule Weave(Weaver weaver, Rule inner, Surroundings around)
    {
        if (around is { IsOptional: true, After: null } or { After: "" } || around.After?.Length > MaxMark || around.Closing?.Length > MaxMark)
            throw GrammarRefusedException.Invalid("", $"the text before a constrained part must have 1 to {MaxMark} characters, the text behind it at most {MaxMark}; an optional part needs one before it");
        var (rule, end) = (weaver.Rule("surroundings"), weaver.End());
        var at = rule.Start;
        if (around.After is { } after)
            at = Gap(weaver, Free(weaver, at, after, around.IsOptional ? end : null));
        at = weaver.Call(at, inner);
        if (around.Closing is { Length: > 0 } closing)
            at = weaver.Literal(Gap(weaver, at), Encoding.UTF8.GetBytes(closing));
        Weaver.Skip(at, end);
        if (around.IsRepeated)
            Weaver.Skip(around.After is null ? Gap(weaver, at) : at, rule.Start);
        return rule;
    }

    // Free text up to and with a mark: an automaton that knows how much of the mark the last characters are (Knuth, Morris, Pratt 1977).
    private static Node Free(Weaver weaver, Node start, string mark, Node? end)
    {
        var (utf8, runes) = (new Utf8Weaver(weaver), mark.EnumerateRunes().Select(rune => rune.Value).ToArray());
        var nodes = new Node[runes.Length + 1];
        for (var i = 0; i < nodes.Length; i++)
            nodes[i] = weaver.Node();
        Weaver.Skip(start, nodes[0]);
        var characters = runes.Distinct().ToArray();
        var others = CharSet.Of([.. characters.Select(value => (value, value))]).Not();
        for (var known = 0; known < runes.Length; known++)
        {
            utf8.Plain(nodes[known], others, nodes[0]);
            foreach (var next in characters)
                utf8.Plain(nodes[known], CharSet.Of((next, next)), nodes[Known([.. runes[..known], next], runes)]);
            if (end is not null)
                Weaver.Skip(nodes[known], end);
        }
        return nodes[^1];
    }

    // The most characters of the mark that the text ends with.
    private static int Known(ReadOnlySpan<int> text, ReadOnlySpan<int> mark)
    {
        var length = Math.Min(text.Length, mark.Length);
        while (!text[^length..].SequenceEqual(mark[..length]))
            length--;
        return length;
    }

    private static Node Gap(Weaver weaver, Node from)
    {
        var after = weaver.Node();
        Weaver.Skip(from, after);
        for (var i = 0; i < 2; i++)
        {
            var next = weaver.Range(from, (byte)'\n', (byte)'\n');
            weaver.Range(from, (byte)' ', (byte)' ', next);
            Weaver.Skip(next, after);
            from = next;
        }
        return after;
    }
}
