using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>The filters that order and compare: case-insensitive unless asked, and stable.</summary>
internal static class SortingFilters
{
    public static Value Sort(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("sort", "reverse", "case_sensitive", "attribute");
        var paths = Paths(given[2], run);
        var sensitive = given[1]?.IsTrue ?? false;
        var items = Access.ToArray(value, run);
        return ListValue.List(Sorted(items, item => Array.ConvertAll(paths, path => Key(path.Of(item, run), sensitive, run)), given[0], run), run);
    }

    public static Value DictSort(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("dictsort", "case_sensitive", "by", "reverse");
        var by = given[1]?.ToText(run).Value ?? "key";
        if (by is not ("key" or "value")) throw new TemplateFault("You can only sort by either \"key\" or \"value\"");
        if (value is UndefinedValue undefined) throw undefined.Fault();
        if (value is not DictValue dict) throw new TemplateFault($"'{value.TypeName}' object has no attribute 'items'");
        var sensitive = given[0]?.IsTrue ?? false;
        var items = Access.ToArray(new DictView(dict, DictPart.Items), run);
        return ListValue.List(
            Sorted(items, pair => [Key(((ListValue)pair).Items[by == "key" ? 0 : 1], sensitive, run)], given[2], run), run);
    }

    public static Value GroupBy(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("groupby", 1, "attribute", "default", "case_sensitive");
        var path = new AttributePath(given[0]!, run, given[1]);
        var sensitive = given[2]?.IsTrue ?? false;
        var items = Sorted(Access.ToArray(value, run), item => [Key(path.Of(item, run), sensitive, run)], null, run);
        var groups = new List<Value>();
        for (var start = 0; start < items.Length;)
        {
            var key = Key(path.Of(items[start], run), sensitive, run);
            var end = start + 1;
            while (end < items.Length && Comparing.Same(key, Key(path.Of(items[end], run), sensitive, run), run)) end++;
            groups.Add(ListValue.Named([path.Of(items[start], run), ListValue.List(items[start..end], run)], ["grouper", "list"], run));
            start = end;
        }
        return ListValue.List([.. groups], run);
    }

    public static Value Unique(Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("unique", "case_sensitive", "attribute");
        var path = new AttributePath(given[1] ?? NoneValue.FromTemplate, run);
        return new GeneratorValue(Once());

        IEnumerator<Value> Once()
        {
            var seen = new HashSet<Value>(KeyComparer.Instance);
            for (var source = value.Iterate(run); source.MoveNext();)
            {
                var key = Key(path.Of(source.Current, run), given[0]?.IsTrue ?? false, run);
                run.Charge(key.Size);
                if (seen.Add(key)) yield return source.Current;
            }
        }
    }

    public static Value Extreme(string name, Value value, Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind(name, "case_sensitive", "attribute");
        var path = new AttributePath(given[1] ?? NoneValue.FromTemplate, run);
        Value? best = null, bestKey = null;
        for (var source = value.Iterate(run); source.MoveNext();)
        {
            var key = Key(path.Of(source.Current, run), given[0]?.IsTrue ?? false, run);
            if (bestKey is not null && !Comparing.Holds(name == "min" ? "<" : ">", key, bestKey, run)) continue;
            (best, bestKey) = (source.Current, key);
        }
        return best ?? UndefinedValue.Because("No aggregated item, sequence was empty.");
    }

    private static AttributePath[] Paths(Value? attribute, Evaluation run) => attribute is Text text
        ? Array.ConvertAll(text.Value.Split(','), part => new AttributePath(new Text(part, true), run))
        : [new AttributePath(attribute ?? NoneValue.FromTemplate, run)];

    private static Value Key(Value value, bool sensitive, Evaluation run) => value is Text text && !sensitive ? Casing.Lower(text, run) : value;

    /// <summary>A stable sort by keys; descending keeps equal elements in their order too, as Python does.</summary>
    private static Value[] Sorted(Value[] items, Func<Value, Value[]> key, Value? reverse, Evaluation run)
    {
        run.ChargeElements(items.Length);
        var descending = reverse?.IsTrue ?? false;
        var keyed = Array.ConvertAll(items, item => (Keys: key(item), Item: item));
        var sign = descending ? -1 : 1;
        StableSort.Sort(keyed, (a, b) =>
        {
            for (var i = 0; i < a.Keys.Length; i++)
            {
                if (Comparing.Same(a.Keys[i], b.Keys[i], run)) continue;
                return sign * Comparing.Order(a.Keys[i], b.Keys[i], "<", run);
            }
            return 0;
        });
        return Array.ConvertAll(keyed, pair => pair.Item);
    }
}
