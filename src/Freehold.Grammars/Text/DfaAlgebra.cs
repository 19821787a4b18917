namespace Freehold.Grammars.Text;

/// <summary>Intersection and complement of sets of strings, within a number of states.</summary>
internal static class DfaAlgebra
{
    /// <summary>All strings that are not in it.</summary>
    public static Dfa Not(this Dfa dfa)
    {
        var sink = dfa.States;
        var next = new int[(sink + 1) * dfa.Classes.Length];
        Array.Fill(next, sink);
        for (var i = 0; i < dfa.Next.Length; i++)
            next[i] = dfa.Next[i] >= 0 ? dfa.Next[i] : sink;
        return Reached(new Dfa(dfa.Classes, next, [.. dfa.Accepts.Select(accepts => !accepts), true]));
    }

    /// <summary>The strings that are in both.</summary>
    /// <exception cref="NotSupportedException">It takes more than <paramref name="maxStates"/> states.</exception>
    public static Dfa And(this Dfa first, Dfa second, int maxStates)
    {
        var classes = new List<(int First, int Second, CharSet Set)>();
        for (var i = 0; i < first.Classes.Length; i++)
            for (var j = 0; j < second.Classes.Length; j++)
                if (first.Classes[i].And(second.Classes[j]) is { IsEmpty: false } both)
                    classes.Add((i, j, both));
        var (index, pairs, next) = (new Dictionary<(int, int), int> { [(0, 0)] = 0 }, new List<(int First, int Second)> { (0, 0) }, new List<int>());
        for (var at = 0; at < pairs.Count; at++)
        {
            foreach (var (i, j, _) in classes)
            {
                var (a, b) = (first.Step(pairs[at].First, i), second.Step(pairs[at].Second, j));
                if (a < 0 || b < 0)
                {
                    next.Add(-1);
                    continue;
                }
                if (!index.TryGetValue((a, b), out var state))
                {
                    if (pairs.Count == maxStates)
                        throw new NotSupportedException($"the conditions on this string together need more than {maxStates:N0} states; simplify them");
                    index[(a, b)] = state = pairs.Count;
                    pairs.Add((a, b));
                }
                next.Add(state);
            }
        }
        return new Dfa([.. classes.Select(entry => entry.Set)], [.. next], [.. pairs.Select(pair => first.Accepts[pair.First] && second.Accepts[pair.Second])]);
    }

    // Without states that the first one does not lead to.
    private static Dfa Reached(Dfa dfa)
    {
        var (width, order, number) = (dfa.Classes.Length, new List<int> { 0 }, new int[dfa.States]);
        Array.Fill(number, -1);
        number[0] = 0;
        for (var at = 0; at < order.Count; at++)
        {
            for (var i = 0; i < width; i++)
            {
                var target = dfa.Step(order[at], i);
                if (target < 0 || number[target] >= 0)
                    continue;
                number[target] = order.Count;
                order.Add(target);
            }
        }
        var next = new int[order.Count * width];
        for (var i = 0; i < next.Length; i++)
            next[i] = dfa.Next[order[i / width] * width + i % width] is >= 0 and var target ? number[target] : -1;
        return new Dfa(dfa.Classes, next, [.. order.Select(state => dfa.Accepts[state])]);
    }
}
