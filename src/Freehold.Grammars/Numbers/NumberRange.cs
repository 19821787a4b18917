namespace Freehold.Grammars.Numbers;

/// <summary>What numbers are wanted.</summary>
internal sealed record NumberRange
{
    /// <summary>Whether only integers are.</summary>
    public bool IsInteger { get; init; }

    /// <summary>The least.</summary>
    public ExactDecimal? Min { get; init; }

    /// <summary>Whether the least itself is not wanted.</summary>
    public bool IsMinExclusive { get; init; }

    /// <summary>The greatest.</summary>
    public ExactDecimal? Max { get; init; }

    /// <summary>Whether the greatest itself is not wanted.</summary>
    public bool IsMaxExclusive { get; init; }

    /// <summary>Of what they must be multiples.</summary>
    public ExactDecimal? MultipleOf { get; init; }

    /// <summary>Whether any number of the kind will do.</summary>
    public bool IsFree => Min is null && Max is null && MultipleOf is null;

    /// <summary>Whether no number is in it, as far as its bounds tell.</summary>
    public bool IsEmpty => Min is { } min && Max is { } max && (min.CompareTo(max) is var order && (order > 0 || (order == 0 && (IsMinExclusive || IsMaxExclusive))));

    /// <summary>At least this.</summary>
    public NumberRange AtLeast(ExactDecimal bound, bool isExclusive) => Min is { } min && (min.CompareTo(bound) is var order && (order > 0 || (order == 0 && !isExclusive)))
        ? this
        : this with { Min = bound, IsMinExclusive = isExclusive };

    /// <summary>At most this.</summary>
    public NumberRange AtMost(ExactDecimal bound, bool isExclusive) => Max is { } max && (max.CompareTo(bound) is var order && (order < 0 || (order == 0 && !isExclusive)))
        ? this
        : this with { Max = bound, IsMaxExclusive = isExclusive };

    /// <summary>Multiples of this too.</summary>
    public NumberRange Multiples(ExactDecimal factor)
    {
        if (MultipleOf is not { } other)
            return this with { MultipleOf = factor };
        var power = -Math.Min(0, Math.Min(factor.Exponent, other.Exponent));
        var (a, b) = (factor.Scaled(power), other.Scaled(power));
        return this with { MultipleOf = new ExactDecimal(a / System.Numerics.BigInteger.GreatestCommonDivisor(a, b) * b, -power) };
    }
}
