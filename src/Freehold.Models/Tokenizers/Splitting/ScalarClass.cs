using Freehold.Models.Tokenizers.Scalars;

namespace Freehold.Models.Tokenizers.Splitting;

/// <summary>A set of Unicode scalars: categories, complements of categories, ranges; perhaps negated, perhaps cut with another set.</summary>
internal sealed class ScalarClass
{
    private readonly uint _categories;
    private readonly uint[] _without;
    private readonly (int From, int To)[] _ranges;
    private readonly bool _negated;
    private readonly ScalarClass? _and;

    /// <summary>Makes a set.</summary>
    /// <param name="categories">Mask of categories (<see cref="ScalarProperties.Mask"/>) that are in.</param>
    /// <param name="without">Masks: a scalar with none of the bits is in.</param>
    /// <param name="ranges">Ranges that are in, ends included.</param>
    /// <param name="negated">Whether the set is what is left over.</param>
    /// <param name="and">What it is cut with, after negation.</param>
    public ScalarClass(uint categories, uint[] without, (int From, int To)[] ranges, bool negated = false, ScalarClass? and = null)
    {
        (_categories, _without, _ranges, _negated, _and) = (categories, without, ranges, negated, and);
        Array.Sort(_ranges);
        for (var i = 0; i < 128; i++)
            if (Compute(i))
                Ascii = Ascii.With(i);
    }

    /// <summary>The ASCII members.</summary>
    public AsciiSet Ascii { get; }

    /// <summary>Whether the scalar is in.</summary>
    public bool Contains(int scalar) => scalar < 128 ? Ascii.Contains(scalar) : Compute(scalar);

    private bool Compute(int scalar)
    {
        var mask = ScalarProperties.Mask(scalar);
        var inside = (mask & _categories) != 0 || InRanges(scalar);
        for (var i = 0; !inside && i < _without.Length; i++)
            inside = (mask & _without[i]) == 0;
        return inside != _negated && (_and is null || _and.Contains(scalar));
    }

    private bool InRanges(int scalar)
    {
        // Ranges may overlap: the last that begins at or before the scalar is not always the one that holds it, but lists are short.
        foreach (var (from, to) in _ranges)
        {
            if (scalar < from)
                return false;
            if (scalar <= to)
                return true;
        }
        return false;
    }
}
