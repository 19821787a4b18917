using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Nodes;

/// <summary>What a macro is: its parameters, their defaults (null for those without) and its body.</summary>
internal sealed record Macro(
    string Name, string[] Parameters, Expression?[] Defaults, Statement[] Body, bool TakesCaller, bool TakesMore, bool TakesMoreNamed);

/// <summary>A macro and the scope it was defined in; calling it gives the text of its body (jinja2's runtime.Macro).</summary>
internal sealed class MacroValue(Macro macro, Scope closure) : Value
{
    public override string TypeName => "Macro";

    public override bool IsCallable => true;

    public override Value? Attribute(string name, Evaluation run) => name switch
    {
        "name" => new Text(macro.Name, true),
        "arguments" => ListValue.Tuple(Array.ConvertAll(macro.Parameters, Value (parameter) => new Text(parameter, true)), run),
        "caller" => BoolValue.Of(macro.TakesCaller),
        "catch_kwargs" => BoolValue.Of(macro.TakesMoreNamed),
        "catch_varargs" => BoolValue.Of(macro.TakesMore),
        _ => null,
    };

    public override Value Call(Arguments arguments, Evaluation run)
    {
        run.Enter();
        run.Step();
        var line = run.Line;
        var scope = new Scope(closure);
        Bind(arguments, scope, run);
        var output = new TextBuilder(run);
        Statement.ExecuteAll(macro.Body, scope, output, run);
        run.Leave();
        run.Line = line;
        return output.ToText();
    }

    private void Bind(Arguments arguments, Scope scope, Evaluation run)
    {
        var parameters = macro.Parameters;
        var given = Math.Min(arguments.Positional.Length, parameters.Length);
        for (var i = 0; i < given; i++) scope.Set(parameters[i], arguments.Positional[i]);
        if (macro.TakesCaller && !parameters.Contains("caller"))
            scope.Set("caller", arguments.Find("caller") ?? UndefinedValue.Because("No caller defined"));
        var extra = new List<KeyValuePair<string, Value>>();
        foreach (var pair in arguments.Named)
            if (Array.IndexOf(parameters, pair.Key) < given && !(macro.TakesCaller && pair.Key == "caller")) extra.Add(pair);
        if (macro.TakesMoreNamed) scope.Set("kwargs", Named(extra, run));
        else if (extra.Count > 0) throw new TemplateFault($"macro '{macro.Name}' takes no keyword argument '{extra[0].Key}'");
        if (macro.TakesMore)
            scope.Set("varargs", ListValue.Tuple(arguments.Positional.Length > given ? arguments.Positional[given..] : [], run));
        else if (arguments.Positional.Length > parameters.Length)
            throw new TemplateFault($"macro '{macro.Name}' takes not more than {parameters.Length} argument(s)");
        for (var i = given; i < parameters.Length; i++)
        {
            run.Charge(1 + (arguments.Named.Length >> 2));
            scope.Set(parameters[i], arguments.Find(parameters[i])
                ?? macro.Defaults[i]?.Evaluate(scope, run)
                ?? UndefinedValue.Because($"parameter '{parameters[i]}' was not provided"));
        }
    }

    private static DictValue Named(List<KeyValuePair<string, Value>> pairs, Evaluation run)
    {
        var items = new OrderedDictionary<Value, Value>(KeyComparer.Instance);
        foreach (var (name, value) in pairs) items[new Text(name, true)] = value;
        return new DictValue(items, true, run);
    }
}
