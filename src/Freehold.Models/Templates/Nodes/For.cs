using Freehold.Models.Templates.Operations;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Nodes;

/// <summary><c>{% for target in items if test %}...{% else %}...{% endfor %}</c>: each round has its own scope.</summary>
internal sealed class For(int line, Target target, Expression items, Expression? test, bool recursive, Statement[] body, Statement[] otherwise)
    : Statement(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, Evaluation run) =>
        Run(items.Evaluate(scope, run), 0, scope, output, run);

    private Flow Run(Value over, int depth, Scope scope, TextBuilder output, Evaluation run)
    {
        var source = over.Iterate(run);
        var loop = new LoopValue(
            test is null ? source : Select(source, scope, run),
            test is null ? over.Count : -1,
            depth,
            recursive ? inner => Recurse(inner, depth + 1, scope, run) : null);
        var any = false;
        while (loop.MoveNext())
        {
            any = true;
            run.Charge(1);
            var round = new Scope(scope);
            round.Set("loop", loop);
            run.Line = Line;
            target.Assign(loop.Current, round, run);
            if (ExecuteAll(body, round, output, run) == Flow.Break) break;
        }
        // A break or continue in the else part belongs to the loop around.
        return any || otherwise.Length == 0 ? Flow.Next : ExecuteAll(otherwise, new Scope(scope), output, run);
    }

    private Text Recurse(Value over, int depth, Scope scope, Evaluation run)
    {
        run.Enter();
        run.Step();
        var output = new TextBuilder(run);
        Run(over, depth, scope, output, run);
        run.Leave();
        return output.ToText();
    }

    private IEnumerator<Value> Select(IEnumerator<Value> source, Scope scope, Evaluation run)
    {
        while (source.MoveNext())
        {
            run.Charge(1);
            var round = new Scope(scope);
            target.Assign(source.Current, round, run);
            if (test!.Evaluate(round, run).IsTrue) yield return source.Current;
        }
    }
}

/// <summary>The <c>loop</c> variable. It looks ahead only when asked, as jinja2's does.</summary>
internal sealed class LoopValue(IEnumerator<Value> source, int length, int depth, Func<Value, Value>? recurse) : Value
{
    private readonly Queue<Value> _ahead = [];
    private int _length = length;
    private int _index = -1;
    private Value? _before;
    private Value? _current;
    private Value[]? _changed;

    public override string TypeName => "LoopContext";

    public override bool IsCallable => true;

    public Value Current => _current!;

    public bool MoveNext()
    {
        if (!Peek()) return false;
        _before = _current;
        _current = _ahead.Dequeue();
        _index++;
        return true;
    }

    public override Value? Attribute(string name, Evaluation run) => name switch
    {
        "index" => new IntValue(_index + 1),
        "index0" => new IntValue(_index),
        "first" => BoolValue.Of(_index == 0),
        "last" => BoolValue.Of(!Peek()),
        "length" => new IntValue(Length(run)),
        "revindex" => new IntValue(Length(run) - _index),
        "revindex0" => new IntValue(Length(run) - _index - 1),
        "depth" => new IntValue(depth + 1),
        "depth0" => new IntValue(depth),
        "previtem" => _before ?? UndefinedValue.Because("there is no previous item"),
        "nextitem" => Peek() ? _ahead.Peek() : UndefinedValue.Because("there is no next item"),
        "cycle" => new FunctionValue(name, (arguments, _) => arguments.Positional is { Length: > 0 } values
            ? values[_index % values.Length]
            : throw new TemplateFault("no items for cycling given")),
        "changed" => new FunctionValue(name, (arguments, _) => BoolValue.Of(Changed(arguments.Positional, run))),
        _ => null,
    };

    public override Value Call(Arguments arguments, Evaluation run)
    {
        if (recurse is null) throw new TemplateFault("The loop must have the 'recursive' marker to be called recursively.");
        return recurse(arguments.Bind("loop", 1, "iterable")[0]!);
    }

    private bool Peek()
    {
        if (_ahead.Count > 0) return true;
        if (!source.MoveNext()) return false;
        _ahead.Enqueue(source.Current);
        return true;
    }

    private int Length(Evaluation run)
    {
        if (_length >= 0) return _length;
        while (source.MoveNext())
        {
            run.ChargeElements(_ahead.Count >> 8);
            _ahead.Enqueue(source.Current);
        }
        return _length = _index + 1 + _ahead.Count;
    }

    private bool Changed(Value[] values, Evaluation run)
    {
        if (_changed is not null && _changed.Length == values.Length)
        {
            var same = true;
            for (var i = 0; same && i < values.Length; i++) same = Comparing.Same(values[i], _changed[i], run);
            if (same) return false;
        }
        _changed = values;
        return true;
    }
}
