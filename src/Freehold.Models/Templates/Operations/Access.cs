using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>jinja2's sandboxed <c>getattr</c> and <c>getitem</c> (sandbox.py), and iteration.</summary>
internal static class Access
{
    /// <summary><c>value.name</c>: the attribute, else the element, else undefined; names with an underscore in front are refused.</summary>
    public static Value Attribute(Value owner, string name, Evaluation run)
    {
        if (owner is UndefinedValue undefined) throw undefined.Fault();
        if (IsPrivate(owner, name, run)) return UndefinedValue.Unsafe(owner, name);
        return owner.Attribute(name, run) ?? (owner as DictValue)?.Find(name) ?? UndefinedValue.Missing(owner, name);
    }

    /// <summary><c>value[key]</c>: the element, else the attribute of that name, else undefined.</summary>
    public static Value Item(Value owner, Value key, Evaluation run)
    {
        if (owner is UndefinedValue undefined) throw undefined.Fault();
        if (owner.Item(key, run) is { } item) return item;
        if (key is not Text name) return UndefinedValue.Missing(owner, key);
        if (IsPrivate(owner, name.Value, run)) return UndefinedValue.Unsafe(owner, name.Value);
        return owner.Attribute(name.Value, run) ?? UndefinedValue.Missing(owner, key);
    }

    /// <summary>The elements of an iterable.</summary>
    public static Value[] ToArray(Value value, Evaluation run)
    {
        if (value is ListValue list)
        {
            run.Charge(1 + list.Items.Length);
            return list.Items;
        }
        var items = new List<Value>(Math.Max(value.Count, 0));
        var source = value.Iterate(run);
        while (source.MoveNext())
        {
            items.Add(source.Current);
            if (items.Count > run.Limits.MaxCollectionSize) run.ChargeElements(items.Count);
        }
        return [.. items];
    }

    /// <summary>Every Python object has attributes between double underscores; none is for templates.</summary>
    private static bool IsPrivate(Value owner, string name, Evaluation run) =>
        name.StartsWith('_') && ((name.Length > 4 && name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal))
            || owner.Attribute(name, run) is not null);
}
