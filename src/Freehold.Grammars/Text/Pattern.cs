namespace Freehold.Grammars.Text;

/// <summary>A regular expression, read.</summary>
internal abstract record Pattern
{
    /// <summary>One character of a set.</summary>
    public sealed record Characters(CharSet Set) : Pattern;

    /// <summary>One after another; nothing at all where there are none.</summary>
    public sealed record Sequence(IReadOnlyList<Pattern> Parts) : Pattern;

    /// <summary>Any one of them.</summary>
    public sealed record Choice(IReadOnlyList<Pattern> Options) : Pattern;

    /// <summary>From Min to Max times; <see cref="int.MaxValue"/>: without end.</summary>
    public sealed record Repetition(Pattern Part, int Min, int Max) : Pattern;

    /// <summary>The beginning of the text.</summary>
    public sealed record TextStart : Pattern;

    /// <summary>The end of the text.</summary>
    public sealed record TextEnd : Pattern;
}
