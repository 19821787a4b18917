namespace Freehold.Grammars.Automata;

/// <summary>Makes nodes and joins them. Every piece goes from a given node to the node it returns, so pieces follow each other by nesting.</summary>
internal sealed class Weaver(int maxNodes)
{
    private readonly List<Node> _nodes = [];

    /// <summary>Every node made here.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>A new node.</summary>
    /// <exception cref="GrammarRefusedException">There are too many.</exception>
    public Node Node()
    {
        if (_nodes.Count == maxNodes)
            throw GrammarRefusedException.Limit("", $"the grammar needs more than {maxNodes:N0} nodes; ask for less at once");
        var node = new Node(_nodes.Count);
        _nodes.Add(node);
        return node;
    }

    /// <summary>A node at which the rule ends.</summary>
    public Node End()
    {
        var node = Node();
        node.IsFinal = true;
        return node;
    }

    /// <summary>A rule without ways yet.</summary>
    public Rule Rule(string name) => new(name) { Start = Node() };

    /// <summary>These bytes, one after another.</summary>
    public Node Literal(Node from, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
            from = Range(from, value, value);
        return from;
    }

    /// <summary>One byte of a range.</summary>
    public Node Range(Node from, byte low, byte high) => Range(from, low, high, Node());

    /// <summary>One byte of a range, to a node that is there already.</summary>
    public Node Range(Node from, byte low, byte high, Node to)
    {
        from.Edges.Add(new Edge(low, high, to));
        return to;
    }

    /// <summary>A whole rule.</summary>
    public Node Call(Node from, Rule rule) => Call(from, rule, Node());

    /// <summary>A whole rule, to a node that is there already.</summary>
    public Node Call(Node from, Rule rule, Node to)
    {
        from.Calls.Add(new Call(rule, to));
        return to;
    }

    /// <summary>For nothing.</summary>
    public static void Skip(Node from, Node to) => from.Epsilons.Add(to);

    /// <summary>A rule from min to max times.</summary>
    public Node Repeat(Node from, Rule body, int min, int max, bool isCharacters = false)
    {
        if (max == 0)
            return from;
        var loop = Node();
        Skip(from, loop);
        return Loop(loop, body, min, max, isCharacters);
    }

    /// <summary>A rule of its own that a function fills: it is given the start and returns the last node.</summary>
    public Rule Rule(string name, Func<Node, Node> fill)
    {
        var rule = Rule(name);
        fill(rule.Start).IsFinal = true;
        return rule;
    }

    private Node Loop(Node at, Rule body, int min, int max, bool isCharacters)
    {
        var after = Node();
        at.Loop = new Loop(body, min, max, after, isCharacters);
        return after;
    }
}
