using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Gbnf;

/// <summary>Refuses grammars that could go on for ever without a byte: left recursion, and counted repetitions of something empty.</summary>
internal static class EmptyPaths
{
    /// <summary>Looks at all rules.</summary>
    public static void Refuse(IReadOnlyList<Node> nodes, IEnumerable<Rule> rules, IEnumerable<(Rule Body, int Place)> repeated)
    {
        // With every byte at hand, a distance of 0 means: may be empty.
        var all = new bool[256];
        Array.Fill(all, true);
        Distances.Set(nodes, all);
        foreach (var (body, place) in repeated)
            if (body.Start.Distance == 0)
                throw GrammarRefusedException.Unenforceable($"character {place}", "what is repeated a number of times may be empty; take the part that may be empty out of the repetition");
        var state = new Dictionary<Rule, bool>();
        foreach (var rule in rules)
            Visit(rule, state);
        foreach (var node in nodes)
            node.Distance = Node.Unreachable;
    }

    // Depth first, without recursion of our own: grammars may be deep. False in the dictionary: still open.
    private static void Visit(Rule root, Dictionary<Rule, bool> state)
    {
        if (state.ContainsKey(root))
            return;
        var path = new Stack<(Rule Rule, IEnumerator<Rule> First)>();
        state[root] = false;
        path.Push((root, First(root).GetEnumerator()));
        while (path.TryPeek(out var top))
        {
            if (!top.First.MoveNext())
            {
                state[top.Rule] = true;
                path.Pop();
            }
            else if (!state.TryGetValue(top.First.Current, out var isDone))
            {
                state[top.First.Current] = false;
                path.Push((top.First.Current, First(top.First.Current).GetEnumerator()));
            }
            else if (!isDone)
            {
                throw GrammarRefusedException.Unenforceable("", $"the rule '{top.First.Current.Name}' begins with itself (left recursion); put what it adds in front, or use *");
            }
        }
    }

    // Rules that may be entered before the first byte of a rule.
    private static HashSet<Rule> First(Rule rule)
    {
        var (found, seen, open) = (new HashSet<Rule>(), new HashSet<Node>(), new Stack<Node>([rule.Start]));
        while (open.TryPop(out var node))
        {
            if (!seen.Add(node))
                continue;
            foreach (var target in node.Epsilons)
                open.Push(target);
            foreach (var call in node.Calls)
            {
                found.Add(call.Callee);
                if (call.Callee.Start.Distance == 0)
                    open.Push(call.Return);
            }
            if (node.Loop is not { } loop)
                continue;
            found.Add(loop.Body);
            if (loop.Min == 0)
                open.Push(loop.After);
        }
        return found;
    }
}
