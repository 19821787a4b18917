namespace Freehold.Grammars;

/// <summary>What a grammar may cost; beyond it is refused, with the number.</summary>
public sealed record GrammarLimits
{
    /// <summary>Characters of a schema, pattern or grammar.</summary>
    public int MaxSourceLength { get; init; } = 1 << 20;

    /// <summary>Nodes of the automaton.</summary>
    public int MaxNodes { get; init; } = 200_000;

    /// <summary>Rules: the combinations of subschemas that must hold together.</summary>
    public int MaxRules { get; init; } = 4000;

    /// <summary>States of the automaton of one pattern or one set of strings.</summary>
    public int MaxPatternStates { get; init; } = 4096;

    /// <summary>Steps spent on one pattern before it is given up.</summary>
    public int MaxPatternWork { get; init; } = 2_000_000;

    /// <summary>Bytes of the shortest text that satisfies it, and of the shortest ending that is looked for.</summary>
    public int MaxShortestBytes { get; init; } = 1 << 16;

    /// <summary>Readings of one text that are followed side by side; the first of them in the order of the grammar are kept.</summary>
    public int MaxReadings { get; init; } = 2048;

    /// <summary>Different situations met in the making of one mask; beyond it the text goes on byte by byte from there.</summary>
    public int MaxMaskWork { get; init; } = 50_000;

    /// <summary>Bytes of remembered masks, for each grammar.</summary>
    public int MaxMaskBytes { get; init; } = 4 << 20;

    /// <summary>Remembered states, for each grammar; the least useful half of memory is given back when there are more.</summary>
    public int MaxStates { get; init; } = 20_000;
}
