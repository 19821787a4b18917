using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>The filters that take sequences apart and put them together.</summary>
internal static class SequenceFilters
{
    public static Value Attr(Value value, Arguments arguments, Evaluation run)
    {
        var name = arguments.Bind("attr", 1, "name")[0]!.ToText(run).Value;
        // attr looks at attributes alone; getattr would fall back to elements.
        return value is DictValue dict && dict.Attribute(name, run) is null && !name.StartsWith("__", StringComparison.Ordinal)
            ? UndefinedValue.Missing(value, name)
            : Access.Attribute(value, name, run);
    }

    public static Value Batch(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("batch", 1, "linecount", "fill_with");
        return new GeneratorValue(Batches(value, Numbers.Count(given[0]!, "linecount"), given[1], run));
    }

    public static Value Slice(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("slice", 1, "slices", "fill_with");
        return new GeneratorValue(Slices(value, Numbers.Count(given[0]!, "slices"), given[1], run));
    }

    public static Value First(Value value, Arguments arguments, Evaluation run)
    {
        arguments.Bind("first");
        var source = value.Iterate(run);
        return source.MoveNext() ? source.Current : UndefinedValue.Because("No first item, sequence was empty.");
    }

    public static Value Last(Value value, Arguments arguments, Evaluation run)
    {
        arguments.Bind("last");
        if (value is UndefinedValue or GeneratorValue || !value.IsIterable) throw new TemplateFault($"'{value.TypeName}' object is not reversible");
        if (value.Count == 0) return UndefinedValue.Because("No last item, sequence was empty.");
        return value switch
        {
            Text text => text.CodePointAt(text.Count - 1),
            ListValue list => list.Items[^1],
            RangeValue range => range.At(range.Count - 1),
            _ => Access.ToArray(value, run)[^1],
        };
    }

    public static Value List(Value value, Arguments arguments, Evaluation run)
    {
        arguments.Bind("list");
        return new ListValue([.. Access.ToArray(value, run)], false, value.Trusted, run);
    }

    public static Value Items(Value value, Arguments arguments, Evaluation run)
    {
        arguments.Bind("items");
        return value switch
        {
            UndefinedValue => new GeneratorValue(value.Iterate(run)),
            DictValue dict => new GeneratorValue(new DictView(dict, DictPart.Items).Iterate(run)),
            _ => throw new TemplateFault("Can only get item pairs from a mapping."),
        };
    }

    public static Value Join(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("join", "d", "attribute");
        var separator = given[0]?.ToText(run);
        var select = given[1] is null or NoneValue ? null : new AttributePath(given[1]!, run);
        var output = new TextBuilder(run);
        var first = true;
        for (var source = value.Iterate(run); source.MoveNext();)
        {
            if (!first && separator is not null) output.Append(separator);
            first = false;
            (select is null ? source.Current : select.Of(source.Current, run)).Print(output);
        }
        return output.ToText();
    }

    public static Value Reverse(Value value, Arguments arguments, Evaluation run)
    {
        arguments.Bind("reverse");
        if (value is Text text) return new SliceKey(null, null, new IntValue(-1)).Of(text, run);
        if (!value.IsIterable) throw new TemplateFault("argument must be iterable");
        Value[] items = [.. Access.ToArray(value, run)];
        Array.Reverse(items);
        return new GeneratorValue(ListValue.List(items, run).Iterate(run));
    }

    private static IEnumerator<Value> Batches(Value value, int size, Value? fill, Evaluation run)
    {
        var batch = new List<Value>();
        for (var source = value.Iterate(run); source.MoveNext();)
        {
            if (batch.Count == size)
            {
                yield return ListValue.List([.. batch], run);
                batch.Clear();
            }
            batch.Add(source.Current);
        }
        if (batch.Count == 0) yield break;
        if (fill is not null and not NoneValue && batch.Count < size)
        {
            run.ChargeElements(size);
            while (batch.Count < size) batch.Add(fill);
        }
        yield return ListValue.List([.. batch], run);
    }

    private static IEnumerator<Value> Slices(Value value, int slices, Value? fill, Evaluation run)
    {
        var items = Access.ToArray(value, run);
        if (slices == 0) throw new TemplateFault("integer division or modulo by zero");
        for (int slice = 0, start = 0; slice < slices; slice++)
        {
            run.Charge(1);
            var longer = slice < items.Length % slices;
            var end = Math.Min(items.Length, start + items.Length / slices + (longer ? 1 : 0));
            List<Value> part = [.. items[start..end]];
            if (fill is not null and not NoneValue && !longer) part.Add(fill);
            start = end;
            yield return ListValue.List([.. part], run);
        }
    }
}
