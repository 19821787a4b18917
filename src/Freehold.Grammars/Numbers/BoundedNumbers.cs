using System.Numerics;
using Freehold.Grammars.Automata;

namespace Freehold.Grammars.Numbers;

/// <summary>
/// Weaves numbers between bounds, and multiples: digit by digit, knowing whether the digits so far are those of the lower bound, those of the upper one, or free, and what they contribute
/// to the remainder. For each sign and each number of digits before the point a way of its own; where bounds no longer matter the ways join.
/// </summary>
internal sealed class BoundedNumbers
{
    private const int MaxNodes = 10_000, DividedDigits = 9;
    private readonly Weaver _weaver;
    private readonly Node _end;
    private readonly int _fractionDigits, _scale;
    private int _digits;
    private readonly long _factor;
    private readonly bool _isInteger, _isMultiple, _isDivided;
    private readonly Dictionary<(Place Place, int Room), Node> _nodes = [];

    private BoundedNumbers(Weaver weaver, Node end, NumberRange range)
    {
        (_weaver, _end, _isInteger, _isMultiple) = (weaver, end, range.IsInteger, range.MultipleOf is not null);
        var factor = range.MultipleOf ?? new ExactDecimal(BigInteger.One, -NumberWeaver.ExactDigits);
        _scale = Math.Max(0, -factor.Exponent);
        if (_scale > 18 || factor.Scaled(_scale) > 1_000_000)
            throw new NotSupportedException("multiples of numbers of more than 6 digits can't be enforced");
        _factor = (long)factor.Scaled(_scale);
        // Readers divide doubles. By 0.01 the quotient of few digits comes out whole, nearly; by 0.25 it is exact.
        _isDivided = range.MultipleOf is { IsInteger: false } && factor.Scaled(_scale) % BigInteger.Pow(5, _scale) != 0;
        _fractionDigits = range.IsInteger ? 0 : Math.Min(_scale, NumberWeaver.ExactDigits - 1);
    }

    // Where one stands: digits still to come before the point, digits behind it, which bounds are met so far (of a magnitude: Bounds), the remainder.
    private readonly record struct Place(int Before, int Behind, Bounds? Low, Bounds? High, long Rest);

    // The digits of a bound, the point after the first Whole ones.
    private sealed record Bounds(string Digits, int Whole, bool IsExclusive)
    {
        public int At(int index) => index < Digits.Length ? Digits[index] - '0' : 0;

        public bool IsZeroFrom(int index) => index >= Digits.Length || Digits.AsSpan(index).IndexOfAnyExcept('0') < 0;
    }

    /// <summary>Weaves them between two nodes.</summary>
    public static void Weave(Weaver weaver, Node from, Node end, NumberRange range)
    {
        var numbers = new BoundedNumbers(weaver, end, range);
        var zero = new ExactDecimal(0);
        if (range.Max is not { } max || max.CompareTo(zero) >= 0)
        {
            var isBelow = range.Min is not { } min || min.CompareTo(zero) < 0;
            numbers.Magnitudes(from, isBelow ? zero : range.Min!.Value, !isBelow && range.IsMinExclusive, range.Max, range.IsMaxExclusive);
        }
        if (range.Min is not { } least || least.CompareTo(zero) < 0)
        {
            // There is no minus zero.
            var isAbove = range.Max is not { } most || most.CompareTo(zero) >= 0;
            numbers.Magnitudes(weaver.Range(from, (byte)'-', (byte)'-'), isAbove ? zero : range.Max!.Value.Negate(), isAbove || range.IsMaxExclusive, range.Min?.Negate(), range.IsMinExclusive);
        }
    }

    private void Magnitudes(Node from, ExactDecimal low, bool isLowExclusive, ExactDecimal? high, bool isHighExclusive)
    {
        var lower = Of(low, isLowExclusive);
        var upper = high is { } bound ? Of(bound, isHighExclusive) : null;
        // A multiple must be exact as a double too.
        var integerDigits = _isMultiple ? Math.Clamp(lower.Whole, NumberWeaver.ExactDigits, NumberWeaver.IntegerDigits) : NumberWeaver.IntegerDigits;
        _digits = _isInteger ? integerDigits : _isDivided ? Math.Clamp(lower.Whole + _scale, DividedDigits, NumberWeaver.ExactDigits) : NumberWeaver.ExactDigits;
        for (var whole = lower.Whole; whole <= Math.Min(_digits, upper?.Whole ?? _digits); whole++)
        {
            var place = new Place(whole, 0, whole == lower.Whole ? lower : null, upper is not null && whole == upper.Whole ? upper : null, 0);
            Digit(from, place, whole, isFirst: true);
        }
    }

    private static Bounds Of(ExactDecimal value, bool isExclusive)
    {
        var whole = value.Floor().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var fraction = value.Exponent < 0 ? BigInteger.Remainder(value.Digits, BigInteger.Pow(10, -value.Exponent)).ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(-value.Exponent, '0') : "";
        return new Bounds(whole + fraction, whole.Length, isExclusive);
    }

    // All digits that may come at a place; total: digits before the point altogether.
    private void Digit(Node from, Place place, int total, bool isFirst)
    {
        var index = total - place.Before + place.Behind;
        var least = Math.Max(place.Low?.At(index) ?? 0, isFirst && total > 1 ? 1 : 0);
        var most = place.High?.At(index) ?? 9;
        for (var digit = least; digit <= most; digit++)
        {
            var next = place with
            {
                Before = Math.Max(0, place.Before - 1),
                Behind = place.Before > 0 ? 0 : place.Behind + 1,
                Low = place.Low?.At(index) == digit ? place.Low : null,
                High = place.High?.At(index) == digit ? place.High : null,
                Rest = (long)((place.Rest + digit * BigInteger.ModPow(10, _scale + (place.Before > 0 ? place.Before - 1 : -place.Behind - 1), _factor)) % _factor),
            };
            _weaver.Range(from, (byte)('0' + digit), (byte)('0' + digit), At(next, total));
        }
    }

    private Node At(Place place, int total)
    {
        // What may still follow depends on the digits altogether only while they are few enough for a fraction.
        var room = Math.Max(0, Math.Min(_fractionDigits, _digits - total));
        if (_nodes.TryGetValue((place, room), out var node))
            return node;
        if (_nodes.Count == MaxNodes)
            throw new NotSupportedException($"these bounds and multiples together need more than {MaxNodes:N0} states");
        _nodes[(place, room)] = node = _weaver.Node();
        if (place.Before > 0)
        {
            Digit(node, place, total, isFirst: false);
            return node;
        }
        if (place.Rest == 0 && IsIn(place, total))
            Weaver.Skip(node, _end);
        if (place.Behind < room)
            Digit(place.Behind == 0 ? _weaver.Range(node, (byte)'.', (byte)'.') : node, place, total, isFirst: false);
        return node;
    }

    private static bool IsIn(Place place, int total)
    {
        var index = total + place.Behind;
        if (place.Low is { } low && (!low.IsZeroFrom(index) || low.IsExclusive))
            return false;
        return place.High is not { IsExclusive: true } high || !high.IsZeroFrom(index);
    }
}
