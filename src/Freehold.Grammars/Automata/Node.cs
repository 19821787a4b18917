namespace Freehold.Grammars.Automata;

/// <summary>
/// A place in a rule. From it one goes on by a byte, for nothing, through another rule, or through a counted repetition; a final one ends its rule.
/// Built by <see cref="Weaver"/>, then only read.
/// </summary>
internal sealed class Node(int index)
{
    /// <summary>The distance of a node from which no end can be reached.</summary>
    public const long Unreachable = long.MaxValue;

    /// <summary>Its place among those of its weaver.</summary>
    public int Index { get; } = index;

    /// <summary>Ways on by a byte.</summary>
    public List<Edge> Edges { get; } = [];

    /// <summary>Places that are reached for nothing.</summary>
    public List<Node> Epsilons { get; } = [];

    /// <summary>Ways on through another rule.</summary>
    public List<Call> Calls { get; } = [];

    /// <summary>A repetition that begins here; a node with one has nothing else.</summary>
    public Loop? Loop { get; set; }

    /// <summary>Whether the rule may end here.</summary>
    public bool IsFinal { get; set; }

    /// <summary>The fewest bytes to the end of the rule; set by <see cref="Distances"/>.</summary>
    public long Distance { get; set; } = Unreachable;

    /// <summary>Whether so many bytes lead on that going through the vocabulary is worth remembering (<see cref="Matching.WideMask"/>).</summary>
    public bool IsWide { get; set; }

    /// <summary>Whether nothing but the end of the rule is left: a call that returns here needs no return. Set by <see cref="Distances"/>.</summary>
    public bool IsTrivialEnd { get; set; }
}

/// <summary>A way on by any byte from Low to High.</summary>
internal readonly record struct Edge(byte Low, byte High, Node Target);

/// <summary>A way on through a rule, back to a node.</summary>
internal readonly record struct Call(Rule Callee, Node Return);

/// <summary>The body from Min to Max times, then After. Counted at run time, so that large numbers cost nothing.</summary>
/// <param name="Body">What is repeated; never empty.</param>
/// <param name="Min">The fewest times.</param>
/// <param name="Max">The most times; <see cref="Endless"/> for no limit.</param>
/// <param name="After">Where one goes on.</param>
/// <param name="IsCharacters">Whether it is the inside of a JSON string: characters, then the closing quote, then the rule's end.</param>
internal sealed record Loop(Rule Body, int Min, int Max, Node After, bool IsCharacters)
{
    /// <summary>No upper limit.</summary>
    public const int Endless = int.MaxValue;
}

/// <summary>A part of a grammar that others call, and that may call itself.</summary>
internal sealed class Rule(string name)
{
    /// <summary>For messages.</summary>
    public string Name { get; } = name;

    /// <summary>Where it begins.</summary>
    public required Node Start { get; init; }
}
