using Freehold.Models.Templates.Nodes;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>The functions every template can call: jinja2's globals and the two of transformers.</summary>
internal static class Globals
{
    public static Scope Scope()
    {
        var scope = new Scope(null);
        Add("range", Range);
        Add("dict", Dict);
        Add("namespace", Namespace);
        Add("cycler", (arguments, _) => arguments.Positional is { Length: > 0 } items
            ? new CyclerValue(items)
            : throw new TemplateFault("at least one item has to be provided"));
        Add("joiner", (arguments, _) => new JoinerValue(arguments.Bind("joiner", "sep")[0] ?? new Text(", ", true)));
        Add("lipsum", (_, _) => throw new TemplateFault("lipsum gives random text, which no prompt should hold"));
        Add("raise_exception", (arguments, run) => throw new TemplateRefusedException(arguments.Bind("raise_exception", 1, "message")[0]!.ToText(run).Value));
        Add("strftime_now", (arguments, run) => arguments.Bind("strftime_now", 1, "format")[0] is Text format
            ? Strftime.Format(format, run)
            : throw new TemplateFault("strftime() argument 1 must be str"));
        return scope;

        void Add(string name, Function function) => scope.Set(name, new FunctionValue(name, function));
    }

    private static Value Range(Arguments arguments, Evaluation run)
    {
        var given = arguments.Bind("range", 1, "start", "stop", "step");
        var numbers = Array.ConvertAll(given, value => value switch
        {
            null => (System.Numerics.BigInteger?)null,
            UndefinedValue undefined => throw undefined.Fault(),
            _ when Numbers.IsInteger(value, out var number) => number,
            _ => throw new TemplateFault($"'{value.TypeName}' object cannot be interpreted as an integer"),
        });
        var trusted = Array.TrueForAll(given, value => value?.Trusted ?? true);
        return numbers[1] is { } stop
            ? new RangeValue(numbers[0]!.Value, stop, numbers[2] ?? 1, trusted, run)
            : new RangeValue(0, numbers[0]!.Value, 1, trusted, run);
    }

    private static DictValue Dict(Arguments arguments, Evaluation run)
    {
        var items = new OrderedDictionary<Value, Value>(KeyComparer.Instance);
        foreach (var (key, value) in Pairs("dict", arguments, run))
        {
            run.Charge(key.Size);
            items[key] = value;
        }
        return new DictValue(items, true, run);
    }

    private static NamespaceValue Namespace(Arguments arguments, Evaluation run)
    {
        var space = new NamespaceValue();
        foreach (var (key, value) in Pairs("namespace", arguments, run))
            space.Set(key is Text text ? text.Value : throw new TemplateFault("the names of a namespace must be strings"), value, run);
        return space;
    }

    /// <summary>The pairs of Python's <c>dict(mapping_or_pairs, **named)</c>.</summary>
    private static IEnumerable<(Value Key, Value Value)> Pairs(string function, Arguments arguments, Evaluation run)
    {
        if (arguments.Positional.Length > 1) throw new TemplateFault($"{function} expected at most 1 argument, got {arguments.Positional.Length}");
        if (arguments.Positional is [var source])
        {
            if (source is DictValue dict)
            {
                foreach (var (key, value) in dict.Items) yield return (key, value);
            }
            else
            {
                foreach (var pair in Access.ToArray(source, run))
                {
                    if (Access.ToArray(pair, run) is not [var key, var value])
                        throw new TemplateFault($"{function} needs pairs of a key and a value");
                    yield return (key, value);
                }
            }
        }
        foreach (var (name, value) in arguments.Named) yield return (new Text(name, true), value);
    }
}
