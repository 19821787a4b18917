using System.Text;
using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Numbers;

/// <summary>
/// Weaves JSON numbers. Free ones have at most 18 digits before the point, 18 behind it and 2 in the exponent: each is finite as a double, each integer fits 64 bits. Those with
/// bounds are written without exponent; unless they are integers they have at most 15 digits, so that no two are the same double and a bound means for a reader what it means here.
/// </summary>
internal static class NumberWeaver
{
    /// <summary>Digits of an integer.</summary>
    public const int IntegerDigits = 18;

    /// <summary>Digits of a number with bounds.</summary>
    public const int ExactDigits = 15;

    /// <summary>Any number, or any integer.</summary>
    public static Node Free(Weaver weaver, Node from, bool isInteger)
    {
        var unsigned = weaver.Range(from, (byte)'-', (byte)'-');
        Weaver.Skip(from, unsigned);
        var end = weaver.Node();
        var whole = weaver.Node();
        Whole(weaver, unsigned, whole, withZero: true);
        Weaver.Skip(whole, end);
        if (isInteger)
            return end;
        var fraction = weaver.Node();
        Digits(weaver, weaver.Range(whole, (byte)'.', (byte)'.'), fraction, IntegerDigits);
        Weaver.Skip(fraction, end);
        var exponent = weaver.Node();
        foreach (var before in new[] { whole, fraction })
        {
            weaver.Range(before, (byte)'e', (byte)'e', exponent);
            weaver.Range(before, (byte)'E', (byte)'E', exponent);
        }
        var power = weaver.Node();
        Weaver.Skip(exponent, power);
        weaver.Range(exponent, (byte)'+', (byte)'+', power);
        weaver.Range(exponent, (byte)'-', (byte)'-', power);
        Digits(weaver, power, end, 2);
        return end;
    }

    /// <summary>Numbers of a range.</summary>
    /// <exception cref="NotSupportedException">They can't be woven within the limits.</exception>
    public static Node Of(Weaver weaver, Node from, NumberRange range)
    {
        if (range.IsFree)
            return Free(weaver, from, range.IsInteger);
        var end = weaver.Node();
        if (range.IsEmpty)
            return end;
        if (range.IsInteger)
            range = Whole(range);
        if (range is { IsInteger: true, Max: null, MultipleOf: null, Min: { } least } && (least.Digits.IsZero || least == new ExactDecimal(1)))
        {
            Whole(weaver, from, end, withZero: least.Digits.IsZero);
            return end;
        }
        if (range is { Min: { } only, Max: { } same } && only == same)
        {
            if (!range.IsInteger || only.IsInteger)
                if (range.MultipleOf is not { } factor || only.IsMultipleOf(factor))
                    Weaver.Skip(weaver.Literal(from, Encoding.ASCII.GetBytes(only.ToString())), end);
            return end;
        }
        if ((range.IsMinExclusive && range.Min!.Value.Precision > ExactDigits) || (range.IsMaxExclusive && range.Max!.Value.Precision > ExactDigits))
            throw new NotSupportedException($"an exclusive bound of more than {ExactDigits} digits can't be told from its neighbours by readers that use doubles");
        BoundedNumbers.Weave(weaver, from, end, range);
        return end;
    }

    private static NumberRange Whole(NumberRange range)
    {
        var one = System.Numerics.BigInteger.One;
        return range with
        {
            Min = range.Min is { } min ? new ExactDecimal(range.IsMinExclusive ? min.Floor() + one : -min.Negate().Floor()) : null,
            Max = range.Max is { } max ? new ExactDecimal(range.IsMaxExclusive ? -max.Negate().Floor() - one : max.Floor()) : null,
            IsMinExclusive = false,
            IsMaxExclusive = false,
        };
    }

    private static void Whole(Weaver weaver, Node from, Node to, bool withZero)
    {
        if (withZero)
            weaver.Range(from, (byte)'0', (byte)'0', to);
        var first = weaver.Range(from, (byte)'1', (byte)'9');
        Weaver.Skip(first, to);
        Digits(weaver, first, to, IntegerDigits - 1);
    }

    private static void Digits(Weaver weaver, Node from, Node to, int most)
    {
        for (var i = 0; i < most; i++)
        {
            from = weaver.Range(from, (byte)'0', (byte)'9');
            Weaver.Skip(from, to);
        }
    }
}
