namespace Freehold.Models.Tokenizers.Splitting;

/// <summary>A parsed pattern.</summary>
internal abstract record PatternNode
{
    /// <summary>One scalar of a set.</summary>
    public sealed record One(ScalarClass Set) : PatternNode;

    /// <summary>One after another.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>The first that lets the rest match.</summary>
    public sealed record Either(IReadOnlyList<PatternNode> Ways) : PatternNode;

    /// <summary>As often as possible (<paramref name="Max"/> -1: no limit); <paramref name="Possessive"/>: without giving back.</summary>
    public sealed record Repeat(PatternNode Part, int Min, int Max, bool Possessive) : PatternNode;

    /// <summary>What follows must (not) match; nothing is taken.</summary>
    public sealed record Ahead(PatternNode Part, bool Wanted) : PatternNode;

    /// <summary>The end of the text.</summary>
    public sealed record End : PatternNode;
}
