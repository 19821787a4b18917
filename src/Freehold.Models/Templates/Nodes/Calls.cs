using Freehold.Models.Templates.Operations;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Nodes;

/// <summary>The arguments of a call as written: positional, named, <c>*more</c> and <c>**named</c>.</summary>
internal sealed class ArgumentList(Expression[] positional, KeyValuePair<string, Expression>[] named, Expression? more, Expression? moreNamed)
{
    public static ArgumentList None { get; } = new([], [], null, null);

    /// <summary>Every expression in it.</summary>
    public Expression?[] Parts => [.. positional, .. named.Select(pair => pair.Value), more, moreNamed];

    public Arguments Evaluate(Scope scope, Evaluation run, KeyValuePair<string, Value>? extra = null)
    {
        if (positional.Length == 0 && named.Length == 0 && more is null && moreNamed is null && extra is null) return Arguments.None;
        var values = new Value[positional.Length];
        for (var i = 0; i < values.Length; i++) values[i] = positional[i].Evaluate(scope, run);
        if (more is not null) values = [.. values, .. Access.ToArray(more.Evaluate(scope, run), run)];
        if (named.Length == 0 && moreNamed is null && extra is null) return new Arguments(values, []);
        var pairs = new List<KeyValuePair<string, Value>>();
        foreach (var (name, value) in named) Add(pairs, name, value.Evaluate(scope, run), run);
        if (extra is { } pair) Add(pairs, pair.Key, pair.Value, run);
        if (moreNamed is not null)
        {
            if (moreNamed.Evaluate(scope, run) is not DictValue dict) throw new TemplateFault("argument after ** must be a mapping");
            foreach (var (key, value) in dict.Items)
                Add(pairs, key is Text text ? text.Value : throw new TemplateFault("keywords must be strings"), value, run);
        }
        return new Arguments(values, [.. pairs]);
    }

    private static void Add(List<KeyValuePair<string, Value>> pairs, string name, Value value, Evaluation run)
    {
        run.Charge(1 + (pairs.Count >> 2));
        foreach (var (key, _) in pairs)
            if (key == name) throw new TemplateFault($"got multiple values for keyword argument '{name}'");
        pairs.Add(new(name, value));
    }
}

/// <summary>A call.</summary>
internal sealed class Invocation(int line, Expression callee, ArgumentList arguments) : Expression(line, [callee, .. arguments.Parts])
{
    public override Value Evaluate(Scope scope, Evaluation run) => Evaluate(scope, run, null);

    /// <summary>The value of the call with one more named argument: the <c>caller</c> of a call block.</summary>
    public Value Evaluate(Scope scope, Evaluation run, KeyValuePair<string, Value>? extra)
    {
        run.Step();
        var function = callee.Evaluate(scope, run);
        var given = arguments.Evaluate(scope, run, extra);
        run.Line = Line;
        return function.Call(given, run);
    }
}

/// <summary><c>value | name(arguments)</c>; in a filter block the value is the block's text.</summary>
internal sealed class Filtered(int line, Expression? value, string name, ArgumentList arguments) : Expression(line, [value, .. arguments.Parts])
{
    private readonly Filter? _filter = Filters.Find(name);
    private readonly Filtered? _inner = value as Filtered;

    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        return Apply(value!.Evaluate(scope, run), scope, run);
    }

    /// <summary>Applies a chain of filters whose innermost value is a block's text.</summary>
    public Value ApplyTo(Value text, Scope scope, Evaluation run) => Apply(_inner is null ? text : _inner.ApplyTo(text, scope, run), scope, run);

    private Value Apply(Value input, Scope scope, Evaluation run)
    {
        var given = arguments.Evaluate(scope, run);
        run.Line = Line;
        if (input is Text) run.Charge(input.Size);
        return _filter is null ? throw new TemplateFault($"No filter named '{name}'.") : _filter(input, given, run);
    }
}

/// <summary><c>value is name(arguments)</c>.</summary>
internal sealed class Tested(int line, Expression value, string name, ArgumentList arguments) : Expression(line, [value, .. arguments.Parts])
{
    private readonly Test? _test = Tests.Find(name);

    public override Value Evaluate(Scope scope, Evaluation run)
    {
        run.Step();
        var subject = value.Evaluate(scope, run);
        var given = arguments.Evaluate(scope, run);
        run.Line = Line;
        if (subject is Text) run.Charge(1 + (subject.Size >> 3));
        return BoolValue.Of(_test is null ? throw new TemplateFault($"No test named '{name}'.") : _test(subject, given, run));
    }
}
