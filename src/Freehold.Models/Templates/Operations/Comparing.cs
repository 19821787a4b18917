using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>Python's comparisons; they see text alone, never its origin.</summary>
internal static class Comparing
{
    /// <summary>Whether <c>left symbol right</c> holds.</summary>
    public static bool Holds(string symbol, Value left, Value right, Evaluation run)
    {
        switch (symbol)
        {
            case "==": return Same(left, right, run);
            case "!=": return !Same(left, right, run);
            case "in": return Contains(right, left, run);
            case "not in": return !Contains(right, left, run);
        }
        if ((left is FloatValue { Value: double.NaN } && Numbers.IsNumber(right, out _)) || (right is FloatValue { Value: double.NaN } && Numbers.IsNumber(left, out _)))
            return false;
        var order = Order(left, right, symbol, run);
        return symbol switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    public static bool Same(Value left, Value right, Evaluation run)
    {
        run.Charge(Math.Min(left.Size, right.Size));
        return left.SameAs(right);
    }

    /// <summary>Orders two values as Python's <c>&lt;</c> does: numbers, texts by code point, lists and tuples element by element.</summary>
    public static int Order(Value left, Value right, string symbol, Evaluation run)
    {
        run.Charge(1);
        if (left is UndefinedValue undefined) throw undefined.Fault();
        if (right is UndefinedValue other) throw other.Fault();
        if (Numbers.IsComparable(left, right, out var order)) return order;
        switch (left, right)
        {
            case (Text a, Text b):
                run.Charge(Math.Min(a.Value.Length, b.Value.Length) >> 4);
                return ByCodePoint(a.Value, b.Value);
            case (ListValue a, ListValue b) when a.IsTuple == b.IsTuple:
                for (var i = 0; i < a.Items.Length && i < b.Items.Length; i++)
                    if (!Same(a.Items[i], b.Items[i], run)) return Order(a.Items[i], b.Items[i], symbol, run);
                return a.Items.Length.CompareTo(b.Items.Length);
            default:
                throw new TemplateFault($"'{symbol}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
        }
    }

    public static bool Contains(Value container, Value item, Evaluation run)
    {
        switch (container)
        {
            case Text text:
                if (item is UndefinedValue) throw new TemplateFault("'in <string>' requires string as left operand, not Undefined");
                if (item is not Text part) throw new TemplateFault($"'in <string>' requires string as left operand, not {item.TypeName}");
                run.Charge(text.Value.Length >> 4);
                return text.Value.Contains(part.Value, StringComparison.Ordinal);
            case DictValue dict:
                if (!DictValue.Hashable(item)) throw new TemplateFault($"unhashable type: '{item.TypeName}'");
                run.Charge(item.Size);
                return dict.Items.ContainsKey(item);
            case { IsIterable: true }:
                var source = container.Iterate(run);
                while (source.MoveNext())
                    if (Same(source.Current, item, run)) return true;
                return false;
            default:
                throw new TemplateFault($"argument of type '{container.TypeName}' is not iterable");
        }
    }

    /// <summary>UTF-16 orders surrogates before U+E000; Python orders by code point.</summary>
    private static int ByCodePoint(string a, string b)
    {
        var length = Math.Min(a.Length, b.Length);
        for (var i = 0; i < length; i++)
        {
            if (a[i] == b[i]) continue;
            var wide = char.IsSurrogate(a[i]).CompareTo(char.IsSurrogate(b[i]));
            return wide != 0 ? wide : a[i].CompareTo(b[i]);
        }
        return a.Length.CompareTo(b.Length);
    }
}
