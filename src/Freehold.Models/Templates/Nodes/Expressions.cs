using Freehold.Models.Templates.Operations;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Nodes;

/// <summary>A literal.</summary>
internal sealed class Constant(int line, Value value) : Expression(line)
{
    public Value Value { get; } = value;

    public override Value Evaluate(Scope scope, Evaluation run) => Value;
}

/// <summary>A variable.</summary>
internal sealed class Variable(int line, string name) : Expression(line)
{
    public string Name { get; } = name;

    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Charge(1);
        return scope.Find(Name) ?? UndefinedValue.Variable(Name);
    }
}

/// <summary>A list or tuple display.</summary>
internal sealed class Sequence(int line, Expression[] items, bool tuple) : Expression(line, items)
{
    public Expression[] Items { get; } = items;

    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        var values = new Value[Items.Length];
        for (var i = 0; i < values.Length; i++) values[i] = Items[i].Evaluate(scope, run);
        return new ListValue(values, tuple, true, run);
    }
}

/// <summary>A dict display.</summary>
internal sealed class Mapping(int line, Expression[] keys, Expression[] values) : Expression(line, [.. keys, .. values])
{
    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        var items = new OrderedDictionary<Value, Value>(keys.Length, KeyComparer.Instance);
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[i].Evaluate(scope, run);
            run.Charge(key.Size);
            items[key] = values[i].Evaluate(scope, run);
        }
        return new DictValue(items, true, run);
    }
}

/// <summary><c>value.name</c>.</summary>
internal sealed class AttributeOf(int line, Expression value, string name) : Expression(line, value)
{
    public string Name => name;

    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        var owner = value.Evaluate(scope, run);
        run.Line = Line;
        return Access.Attribute(owner, name, run);
    }
}

/// <summary><c>value[key]</c>.</summary>
internal sealed class ItemOf(int line, Expression value, Expression key) : Expression(line, value, key)
{
    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        var owner = value.Evaluate(scope, run);
        var index = key.Evaluate(scope, run);
        run.Line = Line;
        return Access.Item(owner, index, run);
    }
}

/// <summary><c>start:stop:step</c> in a subscript.</summary>
internal sealed class SliceOf(int line, Expression? start, Expression? stop, Expression? step) : Expression(line, start, stop, step)
{
    public override Value Evaluate(Scope scope, Evaluation run) =>
        new SliceKey(start?.Evaluate(scope, run), stop?.Evaluate(scope, run), step?.Evaluate(scope, run));
}

/// <summary><c>yes if test else no</c>.</summary>
internal sealed class Conditional(int line, Expression test, Expression yes, Expression? no) : Expression(line, test, yes, no)
{
    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        if (test.Evaluate(scope, run).IsTrue) return yes.Evaluate(scope, run);
        return no?.Evaluate(scope, run)
            ?? UndefinedValue.Because($"the inline if-expression on line {Line} evaluated to false and no else section was defined.");
    }
}

/// <summary><c>and</c> and <c>or</c>: the value that decides.</summary>
internal sealed class Junction(int line, bool and, Expression left, Expression right) : Expression(line, left, right)
{
    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        var value = left.Evaluate(scope, run);
        return value.IsTrue == and ? right.Evaluate(scope, run) : value;
    }
}

/// <summary><c>not</c>.</summary>
internal sealed class Negation(int line, Expression value) : Expression(line, value)
{
    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        return BoolValue.Of(!value.Evaluate(scope, run).IsTrue);
    }
}

/// <summary>A chain of comparisons: <c>a &lt; b &lt;= c</c> compares each neighbour and evaluates each once.</summary>
internal sealed class Comparison(int line, Expression first, string[] operators, Expression[] others) : Expression(line, [first, .. others])
{
    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        var left = first.Evaluate(scope, run);
        for (var i = 0; i < operators.Length; i++)
        {
            var right = others[i].Evaluate(scope, run);
            run.Line = Line;
            if (!Comparing.Holds(operators[i], left, right, run)) return BoolValue.False;
            left = right;
        }
        return BoolValue.True;
    }
}

/// <summary>An arithmetic operation.</summary>
internal sealed class Binary(int line, string symbol, Expression left, Expression right) : Expression(line, left, right)
{
    private readonly Func<Value, Value, Evaluation, Value> _operation = Arithmetic.Find(symbol);

    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        var a = left.Evaluate(scope, run);
        var b = right.Evaluate(scope, run);
        run.Line = Line;
        return _operation(a, b, run);
    }
}

/// <summary>A sign before a number.</summary>
internal sealed class Signed(int line, bool minus, Expression value) : Expression(line, value)
{
    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        return Arithmetic.Sign(minus, value.Evaluate(scope, run));
    }
}

/// <summary><c>a ~ b ~ c</c>: the texts one after the other.</summary>
internal sealed class Concatenation(int line, Expression[] parts) : Expression(line, parts)
{
    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        var output = new TextBuilder(run);
        foreach (var part in parts) part.Evaluate(scope, run).Print(output);
        return output.ToText();
    }
}
