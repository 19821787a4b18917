namespace Freehold.Grammars.Automata;

/// <summary>For each node of a weaver the nodes that lead to it, side by side.</summary>
internal sealed class Dependents
{
    private readonly IReadOnlyList<Node> _nodes;
    private readonly int[] _start, _from;

    /// <summary>Of these nodes.</summary>
    public Dependents(IReadOnlyList<Node> nodes)
    {
        _nodes = nodes;
        _start = new int[nodes.Count + 2];
        foreach (var node in nodes)
            Each(node, target => _start[target.Index + 2]++);
        for (var i = 1; i < _start.Length; i++)
            _start[i] += _start[i - 1];
        _from = new int[_start[^1]];
        foreach (var node in nodes)
            Each(node, target => _from[_start[target.Index + 1]++] = node.Index);
    }

    /// <summary>Indices of the nodes that lead to one.</summary>
    public ReadOnlySpan<int> Of(Node node) => _from.AsSpan(_start[node.Index].._start[node.Index + 1]);

    private void Each(Node node, Action<Node> act)
    {
        foreach (var edge in node.Edges)
            Own(edge.Target, act);
        foreach (var target in node.Epsilons)
            Own(target, act);
        foreach (var call in node.Calls)
        {
            Own(call.Callee.Start, act);
            Own(call.Return, act);
        }
        if (node.Loop is not { } loop)
            return;
        Own(loop.Body.Start, act);
        Own(loop.After, act);
    }

    // Those of another weaver don't change any more.
    private void Own(Node node, Action<Node> act)
    {
        if (node.Index < _nodes.Count && ReferenceEquals(_nodes[node.Index], node))
            act(node);
    }
}
