using System.Numerics;

namespace Freehold.Models.Templates.Values;

/// <summary>Python's numeric tower: bool is an int, and numbers compare across types.</summary>
internal static class Numbers
{
    /// <summary>The largest integer, in bits; Python's is unlimited, but none of a template needs more.</summary>
    public const int MaxBits = 4096;

    /// <summary>The value as an integer where it is an int or a bool.</summary>
    public static bool IsInteger(Value value, out BigInteger result)
    {
        switch (value)
        {
            case IntValue integer: result = integer.Value; return true;
            case BoolValue boolean: result = boolean.Value ? 1 : 0; return true;
            default: result = default; return false;
        }
    }

    /// <summary>The value as a double where it is a number.</summary>
    public static bool IsNumber(Value value, out double result)
    {
        if (value is FloatValue real)
        {
            result = real.Value;
            return true;
        }
        var is_integer = IsInteger(value, out var integer);
        result = is_integer ? (double)integer : 0;
        return is_integer;
    }

    /// <summary>An argument that must be an integer small enough to count with.</summary>
    public static int Count(Value value, string what)
    {
        if (value is UndefinedValue undefined) throw undefined.Fault();
        if (!IsInteger(value, out var integer)) throw new TemplateFault($"{what} must be an integer, not '{value.TypeName}'");
        return (int)BigInteger.Max(BigInteger.Min(integer, int.MaxValue), int.MinValue);
    }

    /// <summary>A new integer, refused where it is larger than <see cref="MaxBits"/>.</summary>
    public static IntValue Integer(BigInteger value, bool trusted) => value.GetBitLength() <= MaxBits
        ? new IntValue(value, trusted)
        : throw new TemplateFault($"an integer would be larger than {MaxBits} bits");

    public static bool Same(Value left, Value right)
    {
        if (IsInteger(left, out var a) && IsInteger(right, out var b)) return a == b;
        return IsComparable(left, right, out var order) && order == 0;
    }

    /// <summary>Compares two numbers exactly; false where one is not a number, or is NaN.</summary>
    public static bool IsComparable(Value left, Value right, out int order)
    {
        order = 0;
        if (IsInteger(left, out var a))
        {
            if (IsInteger(right, out var b))
            {
                order = a.CompareTo(b);
                return true;
            }
            if (right is not FloatValue real || double.IsNaN(real.Value)) return false;
            order = -Compare(real.Value, a);
            return true;
        }
        if (left is not FloatValue x || double.IsNaN(x.Value)) return false;
        if (IsInteger(right, out var c))
        {
            order = Compare(x.Value, c);
            return true;
        }
        if (right is not FloatValue y || double.IsNaN(y.Value)) return false;
        order = x.Value.CompareTo(y.Value);
        return true;
    }

    public static int Hash(BigInteger value) => value >= int.MinValue && value <= int.MaxValue ? (int)value : value.GetHashCode();

    private static int Compare(double real, BigInteger integer)
    {
        if (double.IsInfinity(real)) return real > 0 ? 1 : -1;
        var floor = Math.Floor(real);
        var order = new BigInteger(floor).CompareTo(integer);
        return order != 0 ? order : real > floor ? 1 : 0;
    }
}
