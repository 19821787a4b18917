using System.Globalization;
using System.Numerics;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>The filters about numbers.</summary>
internal static class NumberFilters
{
    public static Value Abs(Value value, Arguments arguments, Evaluation run)
    {
        arguments.Bind("abs");
        if (value is FloatValue real) return new FloatValue(Math.Abs(real.Value), real.Trusted);
        if (Numbers.IsInteger(value, out var integer)) return new IntValue(BigInteger.Abs(integer), value.Trusted);
        throw value is UndefinedValue undefined ? undefined.Fault() : new TemplateFault($"bad operand type for abs(): '{value.TypeName}'");
    }

    public static Value Int(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("int", "default", "base");
        var fallback = given[0] ?? new IntValue(0, value.Trusted);
        if (value is UndefinedValue undefined) throw undefined.Fault();
        if (Numbers.IsInteger(value, out var integer)) return new IntValue(integer, value.Trusted);
        var real = double.NaN;
        if (value is FloatValue number) real = number.Value;
        else if (value is Text text)
        {
            run.ChargeText(text.Value.Length);
            var radix = given[1] is null ? 10 : Numbers.Count(given[1]!, "base");
            if (PythonNumber.TryInteger(text.Value, radix, out integer)) return Numbers.Integer(integer, value.Trusted);
            if (!PythonNumber.TryFloat(text.Value, out real)) return fallback;
        }
        return double.IsFinite(real) ? Numbers.Integer(new BigInteger(Math.Truncate(real)), value.Trusted) : fallback;
    }

    public static Value Float(Value value, Arguments arguments, Evaluation run)
    {
        var fallback = arguments.Bind("float", "default")[0] ?? new FloatValue(0, value.Trusted);
        if (value is UndefinedValue undefined) throw undefined.Fault();
        if (Numbers.IsNumber(value, out var number)) return new FloatValue(number, value.Trusted);
        return value is Text text && PythonNumber.TryFloat(text.Value, out number) ? new FloatValue(number, value.Trusted) : fallback;
    }

    public static Value Round(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("round", "precision", "method");
        var precision = given[0] is null ? 0 : Math.Clamp(Numbers.Count(given[0]!, "precision"), -400, 400);
        var method = given[1]?.ToText(run).Value ?? "common";
        if (method is not ("common" or "ceil" or "floor")) throw new TemplateFault("method must be common, ceil or floor");
        if (value is UndefinedValue undefined) throw undefined.Fault();
        if (!Numbers.IsNumber(value, out var number)) throw new TemplateFault($"type {value.TypeName} doesn't define __round__ method");
        if (method == "common")
        {
            if (!Numbers.IsInteger(value, out var integer)) return new FloatValue(PythonNumber.Round(number, precision), value.Trusted);
            if (precision >= 0) return new IntValue(integer, value.Trusted);
            var unit = BigInteger.Pow(10, -precision);
            return Numbers.Integer(PythonNumber.RoundToEven(integer, unit) * unit, value.Trusted);
        }
        var scale = Math.Pow(10, precision);
        var scaled = method == "ceil" ? Math.Ceiling(number * scale) : Math.Floor(number * scale);
        return new FloatValue(scaled / scale, value.Trusted);
    }

    public static Value Sum(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("sum", "attribute", "start");
        var path = new AttributePath(given[0] ?? NoneValue.FromTemplate, run);
        var total = given[1] ?? new IntValue(0);
        if (total is Text) throw new TemplateFault("sum() can't sum strings [use ''.join(seq) instead]");
        for (var source = value.Iterate(run); source.MoveNext();) total = Arithmetic.Add(total, path.Of(source.Current, run), run);
        return total;
    }

    public static Value FileSize(Value value, Arguments arguments, Evaluation run)
    {
        var binary = arguments.Bind("filesizeformat", "binary")[0]?.IsTrue ?? false;
        if (!Numbers.IsNumber(value, out var bytes) && !(value is Text text && PythonNumber.TryFloat(text.Value, out bytes)))
            throw new TemplateFault("filesizeformat needs a number");
        var step = binary ? 1024.0 : 1000.0;
        if (bytes == 1) return new Text("1 Byte", value.Trusted);
        if (bytes < step) return new Text($"{(long)bytes} Bytes", value.Trusted);
        var unit = -1;
        while (unit < 7 && (unit < 0 || bytes >= step))
        {
            bytes /= step;
            unit++;
        }
        return new Text($"{bytes.ToString("F1", CultureInfo.InvariantCulture)} {(binary ? "KMGTPEZY" : "kMGTPEZY")[unit]}{(binary ? "iB" : "B")}", value.Trusted);
    }
}
