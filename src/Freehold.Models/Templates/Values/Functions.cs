namespace Freehold.Models.Templates.Values;

/// <summary>What a function of the renderer does.</summary>
internal delegate Value Function(Arguments arguments, Evaluation run);

/// <summary>What a method of the renderer does to its value.</summary>
internal delegate Value Method<in T>(T self, Arguments arguments, Evaluation run);

/// <summary>A function that templates can call: a global, or a method bound to its value.</summary>
internal sealed class FunctionValue(string name, Function function, Value? attributesOf = null) : Value
{
    public override string TypeName => "builtin_function_or_method";

    public override bool IsCallable => true;

    public override Value? Attribute(string name, Evaluation run) => attributesOf?.Attribute(name, run);

    public override Value Call(Arguments arguments, Evaluation run) => function(arguments, run);

    public override string ToString() => name;

    /// <summary>A method bound to its value.</summary>
    public static FunctionValue Bind<T>(string name, T self, Method<T> method)
        where T : Value => new(name, (arguments, run) => method(self, arguments, run));
}

/// <summary>jinja2's <c>cycler</c>.</summary>
internal sealed class CyclerValue(Value[] items) : Value
{
    private int _position;

    public override string TypeName => "Cycler";

    public override Value? Attribute(string name, Evaluation run) => name switch
    {
        "current" => items[_position],
        "next" => new FunctionValue(name, (arguments, _) =>
        {
            arguments.Bind("next()");
            var current = items[_position];
            _position = (_position + 1) % items.Length;
            return current;
        }),
        "reset" => new FunctionValue(name, (arguments, _) =>
        {
            arguments.Bind("reset()");
            _position = 0;
            return NoneValue.FromTemplate;
        }),
        _ => null,
    };
}

/// <summary>jinja2's <c>joiner</c>: empty on the first call, then its separator.</summary>
internal sealed class JoinerValue(Value separator) : Value
{
    private bool _used;

    public override string TypeName => "Joiner";

    public override bool IsCallable => true;

    public override Value Call(Arguments arguments, Evaluation run)
    {
        arguments.Bind("joiner");
        if (_used) return separator;
        _used = true;
        return Text.Empty;
    }
}
