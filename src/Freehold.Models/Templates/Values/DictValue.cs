using Freehold.Models.Templates.Operations;

namespace Freehold.Models.Templates.Values;

/// <summary>Compares values as keys of a dict: Python's <c>==</c> and <c>hash</c>.</summary>
internal sealed class KeyComparer : IEqualityComparer<Value>
{
    public static KeyComparer Instance { get; } = new();

    public bool Equals(Value? x, Value? y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.SameAs(y));

    public int GetHashCode(Value obj) => obj.Hash();
}

/// <summary>A Python <c>dict</c>, in the order of its keys' insertion; templates cannot change one.</summary>
internal sealed class DictValue : Value
{
    public DictValue(OrderedDictionary<Value, Value> items, bool trusted, Evaluation run)
    {
        run.ChargeElements(items.Count);
        Items = items;
        Trusted = trusted;
        var depth = 0;
        Size = 1;
        foreach (var (key, value) in items)
        {
            depth = Math.Max(depth, Math.Max(key.Depth, value.Depth));
            Size = Nesting.Sum(Size, Nesting.Sum(key.Size, value.Size));
        }
        Depth = Nesting.Deeper(depth, run);
    }

    public OrderedDictionary<Value, Value> Items { get; }

    public override bool Trusted { get; }

    public override int Depth { get; }

    public override long Size { get; }

    public override string TypeName => "dict";

    public override bool IsTrue => Items.Count > 0;

    public override bool IsIterable => true;

    public override int Count => Items.Count;

    public Value? Find(string key) => Items.GetValueOrDefault(new Text(key, true));

    public override IEnumerator<Value> Iterate(Evaluation run)
    {
        foreach (var key in Items.Keys)
        {
            run.Charge(1);
            yield return key;
        }
    }

    public override Value? Attribute(string name, Evaluation run) => DictMethods.Find(this, name);

    public override Value? Item(Value key, Evaluation run)
    {
        run.Charge(key.Size);
        return Hashable(key) ? Items.GetValueOrDefault(key) : null;
    }

    public override void Represent(TextBuilder output)
    {
        output.Append('{', Trusted);
        var first = true;
        foreach (var (key, value) in Items)
        {
            if (!first) output.Append(", ", Trusted);
            first = false;
            key.Represent(output);
            output.Append(": ", Trusted);
            value.Represent(output);
        }
        output.Append('}', Trusted);
    }

    public override bool SameAs(Value other)
    {
        if (other is not DictValue dict || dict.Items.Count != Items.Count) return false;
        foreach (var (key, value) in Items)
            if (!dict.Items.TryGetValue(key, out var theirs) || !KeyComparer.Instance.Equals(value, theirs)) return false;
        return true;
    }

    public override int Hash() => throw new TemplateFault("unhashable type: 'dict'");

    /// <summary>Whether a value can be a key.</summary>
    public static bool Hashable(Value key) => key switch
    {
        DictValue or SliceKey => false,
        ListValue { IsTuple: false } => false,
        ListValue { Size: > Nesting.MaxKeySize } => false,
        ListValue tuple => Array.TrueForAll(tuple.Items, Hashable),
        _ => true,
    };
}
