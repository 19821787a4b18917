using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Text;

/// <summary>Weaves a set of strings.</summary>
internal static class DfaWeaver
{
    /// <summary>A rule for the strings as they are.</summary>
    public static Rule Plain(Weaver weaver, Dfa dfa, string name)
    {
        var (utf8, rule, end) = (new Utf8Weaver(weaver), weaver.Rule(name), weaver.End());
        var nodes = Nodes(weaver, dfa, rule.Start);
        for (var state = 0; state < dfa.States; state++)
        {
            for (var i = 0; i < dfa.Classes.Length; i++)
                if (dfa.Step(state, i) is >= 0 and var target)
                    utf8.Plain(nodes[state], dfa.Classes[i], nodes[target]);
            if (dfa.Accepts[state])
                Weaver.Skip(nodes[state], end);
        }
        return rule;
    }

    /// <summary>A rule for the strings as JSON strings, quotes included.</summary>
    /// <param name="weaver">Makes the nodes.</param>
    /// <param name="dfa">The set.</param>
    /// <param name="character">The rule for any character of a JSON string, for where nothing is asserted any more.</param>
    /// <param name="name">Of the rule.</param>
    public static Rule Json(Weaver weaver, Dfa dfa, Rule character, string name)
    {
        var (utf8, rule, end) = (new Utf8Weaver(weaver), weaver.Rule(name), weaver.End());
        var nodes = Nodes(weaver, dfa, weaver.Range(rule.Start, (byte)'"', (byte)'"'));
        for (var state = 0; state < dfa.States; state++)
        {
            if (dfa.IsUniversal(state))
            {
                weaver.Range(weaver.Repeat(nodes[state], character, 0, Loop.Endless, isCharacters: true), (byte)'"', (byte)'"', end);
                continue;
            }
            foreach (var (target, set) in Steps(dfa, state))
                utf8.Json(nodes[state], set, nodes[target]);
            if (dfa.Accepts[state])
                weaver.Range(nodes[state], (byte)'"', (byte)'"', end);
        }
        return rule;
    }

    // Classes that lead to the same state go together: fewer edges.
    private static IEnumerable<(int Target, CharSet Set)> Steps(Dfa dfa, int state) =>
        Enumerable.Range(0, dfa.Classes.Length)
            .Where(i => dfa.Step(state, i) >= 0)
            .GroupBy(i => dfa.Step(state, i))
            .Select(group => (group.Key, group.Count() == 1 ? dfa.Classes[group.First()] : CharSet.Of([.. group.SelectMany(i => dfa.Classes[i].Ranges.ToArray())])));

    private static Node[] Nodes(Weaver weaver, Dfa dfa, Node start)
    {
        var nodes = new Node[dfa.States];
        nodes[0] = start;
        for (var i = 1; i < nodes.Length; i++)
            nodes[i] = weaver.Node();
        return nodes;
    }
}
