namespace Freehold.Models.Tokenizers.Splitting;

/// <summary>Collects what a set of a pattern names.</summary>
internal sealed class ScalarClassBuilder
{
    private readonly List<(int, int)> _ranges = [];

    /// <summary>Mask of the categories that are in.</summary>
    public uint Categories { get; set; }

    /// <summary>Masks whose complements are in.</summary>
    public List<uint> Without { get; } = [];

    /// <summary>Adds a range, ends included.</summary>
    public void Add(int from, int to)
    {
        if (from >= 0 && to >= from)
            _ranges.Add((from, to));
    }

    /// <summary>The set.</summary>
    public ScalarClass Build(bool negated, ScalarClass? and) => new(Categories, [.. Without], [.. _ranges], negated, and);
}
