using Freehold.Models.Templates.Operations;

namespace Freehold.Models.Templates.Values;

/// <summary>A Python <c>list</c> or <c>tuple</c>; templates cannot change one.</summary>
internal sealed class ListValue : Value
{
    private int? _hash;

    public ListValue(Value[] items, bool tuple, bool trusted, Evaluation run)
    {
        run.ChargeElements(items.Length);
        Items = items;
        IsTuple = tuple;
        Trusted = trusted;
        var depth = 0;
        Size = 1;
        foreach (var item in items)
        {
            depth = Math.Max(depth, item.Depth);
            Size = Nesting.Sum(Size, item.Size);
        }
        Depth = Nesting.Deeper(depth, run);
    }

    public Value[] Items { get; }

    public bool IsTuple { get; }

    private string[] Names { get; init; } = [];

    public override bool Trusted { get; }

    public override int Depth { get; }

    public override long Size { get; }

    public override string TypeName => IsTuple ? "tuple" : "list";

    public override bool IsTrue => Items.Length > 0;

    public override bool IsIterable => true;

    public override int Count => Items.Length;

    public static ListValue List(Value[] items, Evaluation run) => new(items, false, true, run);

    /// <summary>A tuple whose elements have names too, as <c>groupby</c> gives.</summary>
    public static ListValue Named(Value[] items, string[] names, Evaluation run) => new(items, true, true, run) { Names = names };

    public static ListValue Tuple(Value[] items, Evaluation run) => new(items, true, true, run);

    public override IEnumerator<Value> Iterate(Evaluation run)
    {
        foreach (var item in Items)
        {
            run.Charge(1);
            yield return item;
        }
    }

    public override Value? Attribute(string name, Evaluation run) =>
        Array.IndexOf(Names, name) is var at and >= 0 ? Items[at] : ListMethods.Find(this, name);

    public override Value? Item(Value key, Evaluation run)
    {
        if (key is SliceKey slice) return slice.Of(this, run);
        if (!Numbers.IsInteger(key, out var index)) return null;
        var at = Indexing.Position(index, Items.Length);
        return at < 0 ? null : Items[at];
    }

    public override void Represent(TextBuilder output)
    {
        output.Append(IsTuple ? '(' : '[', Trusted);
        for (var i = 0; i < Items.Length; i++)
        {
            if (i > 0) output.Append(", ", Trusted);
            Items[i].Represent(output);
        }
        if (IsTuple && Items.Length == 1) output.Append(',', Trusted);
        output.Append(IsTuple ? ')' : ']', Trusted);
    }

    public override bool SameAs(Value other)
    {
        if (other is not ListValue list || list.IsTuple != IsTuple || list.Items.Length != Items.Length) return false;
        for (var i = 0; i < Items.Length; i++)
            if (!KeyComparer.Instance.Equals(Items[i], list.Items[i])) return false;
        return true;
    }

    public override int Hash()
    {
        if (!IsTuple) throw new TemplateFault("unhashable type: 'list'");
        if (Size > Nesting.MaxKeySize) throw new TemplateFault($"a tuple of more than {Nesting.MaxKeySize} values cannot be a key");
        if (_hash is { } known) return known;
        var hash = new HashCode();
        foreach (var item in Items) hash.Add(item.Hash());
        _hash = hash.ToHashCode();
        return _hash.Value;
    }
}
