using System.Numerics;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>Python's arithmetic operators.</summary>
internal static class Arithmetic
{
    public static Func<Value, Value, Evaluation, Value> Find(string symbol) => symbol switch
    {
        "+" => Add,
        "-" => (a, b, _) => Numeric("-", a, b),
        "*" => Multiply,
        "/" => (a, b, _) => Numeric("/", a, b),
        "//" => (a, b, _) => Numeric("//", a, b),
        "%" => Modulo,
        "**" => (a, b, _) => Numeric("**", a, b),
        _ => throw new TemplateFault($"unknown operator '{symbol}'"),
    };

    public static Value Sign(bool minus, Value value)
    {
        if (value is UndefinedValue undefined) throw undefined.Fault();
        if (Numbers.IsInteger(value, out var integer)) return new IntValue(minus ? -integer : integer, value.Trusted);
        if (value is FloatValue real) return new FloatValue(minus ? -real.Value : real.Value, value.Trusted);
        throw new TemplateFault($"bad operand type for unary {(minus ? '-' : '+')}: '{value.TypeName}'");
    }

    public static Value Add(Value left, Value right, Evaluation run)
    {
        switch (left, right)
        {
            case (Text a, Text b):
                if (a.IsMarkup || b.IsMarkup) return Joined(Html.Escape(a, run), Html.Escape(b, run), markup: true, run);
                return a.Value.Length == 0 ? b : b.Value.Length == 0 ? a : Joined(a, b, markup: false, run);
            case (ListValue a, ListValue b) when a.IsTuple == b.IsTuple:
                run.ChargeElements((long)a.Items.Length + b.Items.Length);
                return new ListValue([.. a.Items, .. b.Items], a.IsTuple, a.Trusted && b.Trusted, run);
            case (Text, _) when right is not UndefinedValue:
                throw new TemplateFault($"can only concatenate str (not \"{right.TypeName}\") to str");
            default:
                return Numeric("+", left, right);
        }
    }

    private static Text Joined(Text a, Text b, bool markup, Evaluation run)
    {
        var output = new TextBuilder(run);
        output.Append(a);
        output.Append(b);
        return output.ToText(markup);
    }

    private static Value Multiply(Value left, Value right, Evaluation run)
    {
        if (left is Text or ListValue && Numbers.IsInteger(right, out _)) return Repeat(left, Numbers.Count(right, "count"), run);
        if (right is Text or ListValue && Numbers.IsInteger(left, out _)) return Repeat(right, Numbers.Count(left, "count"), run);
        return Numeric("*", left, right);
    }

    private static Value Repeat(Value value, int count, Evaluation run)
    {
        count = Math.Max(count, 0);
        if (value is Text text)
        {
            run.ChargeText((long)text.Value.Length * count);
            var output = new TextBuilder(run);
            if (text.Value.Length > 0)
                for (var i = 0; i < count; i++) output.Append(text);
            return output.ToText(text.IsMarkup);
        }
        var list = (ListValue)value;
        run.ChargeElements((long)list.Items.Length * count);
        var items = new Value[list.Items.Length * count];
        for (var i = 0; i < items.Length; i++) items[i] = list.Items[i % list.Items.Length];
        return new ListValue(items, list.IsTuple, list.Trusted, run);
    }

    private static Value Modulo(Value left, Value right, Evaluation run) =>
        left is Text format ? PercentFormat.Apply(format, right, run) : Numeric("%", left, right);

    private static Value Numeric(string symbol, Value left, Value right)
    {
        if (left is UndefinedValue undefined) throw undefined.Fault();
        if (right is UndefinedValue other) throw other.Fault();
        var trusted = left.Trusted && right.Trusted;
        if (Numbers.IsInteger(left, out var a) && Numbers.IsInteger(right, out var b))
        {
            switch (symbol)
            {
                case "+": return Numbers.Integer(a + b, trusted);
                case "-": return Numbers.Integer(a - b, trusted);
                case "*": return Numbers.Integer(a * b, trusted);
                case "//" when !b.IsZero: return new IntValue(FloorDivide(a, b), trusted);
                case "%" when !b.IsZero: return new IntValue(a - FloorDivide(a, b) * b, trusted);
                case "**" when b.Sign >= 0: return Power(a, b, trusted);
            }
        }
        if (!Numbers.IsNumber(left, out var x) || !Numbers.IsNumber(right, out var y))
            throw new TemplateFault($"unsupported operand type(s) for {symbol}: '{left.TypeName}' and '{right.TypeName}'");
        if (y == 0 && symbol is ("/" or "//" or "%")) throw new TemplateFault("division by zero");
        return new FloatValue(symbol switch
        {
            "+" => x + y,
            "-" => x - y,
            "*" => x * y,
            "/" => x / y,
            "//" => Math.Floor(x / y),
            "%" => FloorModulo(x, y),
            _ => x == 0 && y < 0 ? throw new TemplateFault("0.0 cannot be raised to a negative power") : Math.Pow(x, y),
        }, trusted);
    }

    private static IntValue Power(BigInteger value, BigInteger exponent, bool trusted)
    {
        if (value.IsZero || value.IsOne || exponent.IsZero) return new IntValue(exponent.IsZero ? BigInteger.One : value, trusted);
        if (value == BigInteger.MinusOne) return new IntValue(exponent.IsEven ? BigInteger.One : value, trusted);
        if (exponent * (long)value.GetBitLength() > 2 * Numbers.MaxBits) throw new TemplateFault($"an integer would be larger than {Numbers.MaxBits} bits");
        return Numbers.Integer(BigInteger.Pow(value, (int)exponent), trusted);
    }

    private static BigInteger FloorDivide(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(a, b, out var rest);
        return rest.Sign != 0 && rest.Sign != b.Sign ? quotient - 1 : quotient;
    }

    private static double FloorModulo(double x, double y)
    {
        var rest = x % y;
        return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
    }
}
