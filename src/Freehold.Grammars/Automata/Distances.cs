namespace Freehold.Grammars.Automata;

/// <summary>
/// The fewest bytes from each node to the end of its rule, counting only bytes that the vocabulary can spell one by one. A node without such a way is never
/// entered, so wherever a text stands it can be finished.
/// </summary>
internal static class Distances
{
    // Far beyond any document that is accepted, and far from an overflow.
    private const long Most = 1L << 40;

    /// <summary>Sets <see cref="Node.Distance"/>, <see cref="Node.IsWide"/> and <see cref="Node.IsTrivialEnd"/> of all nodes.</summary>
    /// <param name="nodes">The nodes of a weaver; those of another that they call have their distances already.</param>
    /// <param name="spellable">For each byte, whether a token stands for it alone.</param>
    public static void Set(IReadOnlyList<Node> nodes, ReadOnlySpan<bool> spellable)
    {
        Span<int> spelledBefore = stackalloc int[257];
        for (var value = 0; value < 256; value++)
            spelledBefore[value + 1] = spelledBefore[value] + (spellable[value] ? 1 : 0);
        foreach (var node in nodes)
        {
            node.IsTrivialEnd = IsTrivialEnd(node, 0);
            var ways = 0;
            foreach (var edge in node.Edges)
                ways += edge.High - edge.Low + 1;
            node.IsWide = ways >= 16;
        }
        // A node's distance is computed again when one that it depends on falls. Distances only fall, so this ends; pieces are woven forwards, so the last nodes come first.
        var dependents = new Dependents(nodes);
        var queue = new Queue<Node>(nodes.Count);
        var isQueued = new bool[nodes.Count];
        Array.Fill(isQueued, true);
        for (var i = nodes.Count - 1; i >= 0; i--)
            queue.Enqueue(nodes[i]);
        while (queue.TryDequeue(out var node))
        {
            isQueued[node.Index] = false;
            var distance = Of(node, spelledBefore);
            if (distance >= node.Distance)
                continue;
            node.Distance = distance;
            foreach (var other in dependents.Of(node))
            {
                if (isQueued[other])
                    continue;
                isQueued[other] = true;
                queue.Enqueue(nodes[other]);
            }
        }
    }

    /// <summary>The distance of a repetition that must still happen <paramref name="times"/> times.</summary>
    public static long Of(Loop loop, int times) =>
        Sum(times == 0 ? 0 : loop.Body.Start.Distance > Most / times ? Math.Max(Most, loop.Body.Start.Distance) : loop.Body.Start.Distance * times, loop.After.Distance);

    /// <summary>One way after the other.</summary>
    public static long Sum(long first, long second) =>
        first == Node.Unreachable || second == Node.Unreachable ? Node.Unreachable : Math.Min(Most, first + second);

    // Followed a few steps only: a return too many costs a little, never a wrong answer.
    private static bool IsTrivialEnd(Node node, int depth) =>
        depth < 8 && node.Edges.Count == 0 && node.Calls.Count == 0 && node.Loop is null && (node.IsFinal || node.Epsilons.Count > 0) &&
        node.Epsilons.TrueForAll(target => IsTrivialEnd(target, depth + 1));

    private static long Of(Node node, ReadOnlySpan<int> spelledBefore)
    {
        if (node.Loop is { } loop)
            return Of(loop, loop.Min);
        var least = node.IsFinal ? 0 : Node.Unreachable;
        foreach (var edge in node.Edges)
            if (edge.Target.Distance < least && spelledBefore[edge.High + 1] > spelledBefore[edge.Low])
                least = Math.Min(least, Sum(1, edge.Target.Distance));
        foreach (var target in node.Epsilons)
            least = Math.Min(least, target.Distance);
        foreach (var call in node.Calls)
            least = Math.Min(least, Sum(call.Callee.Start.Distance, call.Return.Distance));
        return least;
    }
}
