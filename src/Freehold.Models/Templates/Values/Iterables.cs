using System.Numerics;

namespace Freehold.Models.Templates.Values;

/// <summary>Python's <c>range</c>, no longer than <see cref="TemplateLimits.MaxCollectionSize"/>.</summary>
internal sealed class RangeValue : Value
{
    private readonly BigInteger _start;
    private readonly BigInteger _step;

    public RangeValue(BigInteger start, BigInteger stop, BigInteger step, bool trusted, Evaluation run)
    {
        if (step.IsZero) throw new TemplateFault("range() arg 3 must not be zero");
        var span = step.Sign > 0 ? stop - start : start - stop;
        var count = span.Sign <= 0 ? BigInteger.Zero : (span - 1) / BigInteger.Abs(step) + 1;
        if (count > run.Limits.MaxCollectionSize)
            throw new TemplateFault($"a range would have more than MaxCollectionSize ({run.Limits.MaxCollectionSize}) elements");
        (_start, _step, Count, Trusted) = (start, step, (int)count, trusted);
        Stop = stop;
    }

    public override bool Trusted { get; }

    public override string TypeName => "range";

    public override bool IsTrue => Count > 0;

    public override bool IsIterable => true;

    public override int Count { get; }

    private BigInteger Stop { get; }

    public Value At(int index) => new IntValue(_start + index * _step, Trusted);

    public override IEnumerator<Value> Iterate(Evaluation run)
    {
        for (var i = 0; i < Count; i++)
        {
            run.Charge(1);
            yield return At(i);
        }
    }

    public override Value? Attribute(string name, Evaluation run) => name switch
    {
        "start" => new IntValue(_start, Trusted),
        "stop" => new IntValue(Stop, Trusted),
        "step" => new IntValue(_step, Trusted),
        _ => null,
    };

    public override Value? Item(Value key, Evaluation run)
    {
        if (key is SliceKey slice)
        {
            var (first, count, stride) = slice.Resolve(Count);
            return new RangeValue(_start + first * _step, _start + (first + count * stride) * _step, _step * stride, Trusted, run);
        }
        if (!Numbers.IsInteger(key, out var index)) return null;
        var at = Indexing.Position(index, Count);
        return at < 0 ? null : At(at);
    }

    public override void Represent(TextBuilder output) =>
        output.Append(_step.IsOne ? $"range({_start}, {Stop})" : $"range({_start}, {Stop}, {_step})", Trusted);

    public override bool SameAs(Value other)
    {
        if (other is not RangeValue range || range.Count != Count) return false;
        return Count == 0 || (range._start == _start && (Count == 1 || range._step == _step));
    }

    public override int Hash() => HashCode.Combine(Count, Count == 0 ? 0 : _start.GetHashCode());
}

/// <summary>A Python generator or iterator: it can be gone through once, and has no length.</summary>
internal sealed class GeneratorValue(IEnumerator<Value> source) : Value
{
    public override string TypeName => "generator";

    public override bool IsIterable => true;

    public override IEnumerator<Value> Iterate(Evaluation run)
    {
        while (true)
        {
            // Generators may be made of generators without end; each level takes stack.
            run.Step();
            if (!source.MoveNext()) yield break;
            yield return source.Current;
        }
    }
}

/// <summary>What a <see cref="DictView"/> shows of a dict.</summary>
internal enum DictPart
{
    Keys,
    Values,
    Items,
}

/// <summary>Python's <c>dict.keys()</c>, <c>values()</c> or <c>items()</c>.</summary>
internal sealed class DictView(DictValue dict, DictPart part) : Value
{
    public override string TypeName => part switch { DictPart.Keys => "dict_keys", DictPart.Values => "dict_values", _ => "dict_items" };

    public override bool IsTrue => dict.Items.Count > 0;

    public override bool Trusted => dict.Trusted;

    public override int Depth => dict.Depth;

    public override bool IsIterable => true;

    public override int Count => dict.Items.Count;

    public override IEnumerator<Value> Iterate(Evaluation run)
    {
        foreach (var (key, value) in dict.Items)
        {
            run.Charge(1);
            yield return part switch
            {
                DictPart.Keys => key,
                DictPart.Values => value,
                _ => new ListValue([key, value], true, dict.Trusted, run),
            };
        }
    }

    public override void Represent(TextBuilder output)
    {
        output.Append(TypeName + "(", Trusted);
        var all = new List<Value>();
        for (var each = Iterate(output.Run); each.MoveNext();) all.Add(each.Current);
        new ListValue([.. all], false, Trusted, output.Run).Represent(output);
        output.Append(")", Trusted);
    }
}
