using System.Numerics;

namespace Freehold.Models.Templates.Values;

/// <summary>Python's rules for indices.</summary>
internal static class Indexing
{
    /// <summary>The position an index means in a sequence of a length, or -1 where it is out of range.</summary>
    public static int Position(BigInteger index, int length)
    {
        if (index.Sign < 0) index += length;
        return index.Sign < 0 || index >= length ? -1 : (int)index;
    }
}

/// <summary>The slice <c>start:stop:step</c> of a subscript; parts not given are null.</summary>
internal sealed class SliceKey(Value? start, Value? stop, Value? step) : Value
{
    public override string TypeName => "slice";

    public Value Of(Text text, Evaluation run)
    {
        var (first, count, stride) = Resolve(text.Count);
        run.ChargeText(count);
        if (stride == 1) return text.Slice(text.UnitOf(first), text.UnitOf(first + count));
        var output = new TextBuilder(run);
        for (var i = 0; i < count; i++)
        {
            var at = first + (int)(i * stride);
            output.Append(text, text.UnitOf(at), text.UnitOf(at + 1));
        }
        return output.ToText(text.IsMarkup);
    }

    public Value Of(ListValue list, Evaluation run)
    {
        var (first, count, stride) = Resolve(list.Items.Length);
        run.ChargeElements(count);
        var items = new Value[count];
        for (var i = 0; i < count; i++) items[i] = list.Items[first + (int)(i * stride)];
        return new ListValue(items, list.IsTuple, list.Trusted, run);
    }

    /// <summary>CPython's PySlice_AdjustIndices: the first position, how many, and the stride.</summary>
    public (int First, int Count, long Stride) Resolve(int length)
    {
        var stride = Part(step) ?? BigInteger.One;
        if (stride.IsZero) throw new TemplateFault("slice step cannot be zero");
        var up = stride.Sign > 0;
        var from = Clamp(Part(start), length, up, atStart: true);
        var to = Clamp(Part(stop), length, up, atStart: false);
        stride = BigInteger.Max(BigInteger.Min(stride, length + 1), -(length + 1));
        var s = (long)stride;
        var count = up ? (from < to ? (to - from - 1) / s + 1 : 0) : (to < from ? (from - to - 1) / -s + 1 : 0);
        return (count == 0 ? 0 : (int)from, (int)count, s);
    }

    private static BigInteger? Part(Value? part) => part switch
    {
        null or NoneValue => null,
        UndefinedValue undefined => throw undefined.Fault(),
        _ when Numbers.IsInteger(part, out var value) => value,
        _ => throw new TemplateFault("slice indices must be integers or None or have an __index__ method"),
    };

    private static long Clamp(BigInteger? part, int length, bool up, bool atStart)
    {
        if (part is not { } value) return atStart ? (up ? 0 : length - 1) : (up ? length : -1);
        if (value.Sign < 0)
        {
            value += length;
            return value.Sign < 0 ? (up ? 0 : -1) : (long)value;
        }
        return value >= length ? (up ? length : length - 1) : (long)value;
    }
}
