namespace Freehold.Grammars.Automata;

/// <summary>
/// The fewest bytes from each node to the end of its rule, counting only bytes that the vocabulary can spell one by one. A node without such a way is never
/// entered, so wherever a text stands it can be finished.
/// </summary>
internal static class Distances
{
    // Far beyond any document that is accepted, and far from an overflow.
    private const long Most = 1L << 40;

    /// <summary>Sets <see cref="Node.Distance"/> of all nodes, and <see cref="Node.IsWide"/>.</summary>
    /// <param name="nodes">The nodes; those of other rules that they call have their distances already.</param>
    /// <param name="spellable">For each byte, whether a token stands for it alone.</param>
    public static void Set(IReadOnlyList<Node> nodes, ReadOnlySpan<bool> spellable)
    {
        // What depends on a node's distance: computed again when it falls. Distances only fall, so this ends.
        var dependents = new Dictionary<Node, List<Node>>(nodes.Count);
        void Depends(Node node, Node on)
        {
            ref var list = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(dependents, on, out _);
            (list ??= []).Add(node);
        }
        var usable = spellable.ToArray();
        var queue = new Queue<Node>();
        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            var node = nodes[i];
            foreach (var edge in node.Edges)
                Depends(node, edge.Target);
            foreach (var target in node.Epsilons)
                Depends(node, target);
            foreach (var call in node.Calls)
            {
                Depends(node, call.Callee.Start);
                Depends(node, call.Return);
            }
            if (node.Loop is { } loop)
            {
                Depends(node, loop.Body.Start);
                Depends(node, loop.After);
            }
            node.IsTrivialEnd = IsTrivialEnd(node, 0);
            node.IsWide = node.Edges.Sum(edge => edge.High - edge.Low + 1) >= 16;
            queue.Enqueue(node);
        }
        while (queue.TryDequeue(out var node))
        {
            var distance = Of(node, usable);
            if (distance >= node.Distance)
                continue;
            node.Distance = distance;
            if (dependents.TryGetValue(node, out var others))
                foreach (var other in others)
                    queue.Enqueue(other);
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

    private static long Of(Node node, bool[] spellable)
    {
        if (node.Loop is { } loop)
            return Of(loop, loop.Min);
        var least = node.IsFinal ? 0 : Node.Unreachable;
        foreach (var edge in node.Edges)
            if (edge.Target.Distance < least && spellable.AsSpan(edge.Low, edge.High - edge.Low + 1).Contains(true))
                least = Math.Min(least, Sum(1, edge.Target.Distance));
        foreach (var target in node.Epsilons)
            least = Math.Min(least, target.Distance);
        foreach (var call in node.Calls)
            least = Math.Min(least, Sum(call.Callee.Start.Distance, call.Return.Distance));
        return least;
    }
}
