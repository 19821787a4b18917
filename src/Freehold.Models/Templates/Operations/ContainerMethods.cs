using System.Numerics;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>The methods of Python's <c>dict</c> that do not change it; the sandbox refuses the others.</summary>
internal static class DictMethods
{
    public static Value? Find(DictValue dict, string name) => name switch
    {
        "get" => FunctionValue.Bind(name, dict, Get),
        "items" => FunctionValue.Bind(name, dict, (self, a, _) => View(self, a, DictPart.Items)),
        "keys" => FunctionValue.Bind(name, dict, (self, a, _) => View(self, a, DictPart.Keys)),
        "values" => FunctionValue.Bind(name, dict, (self, a, _) => View(self, a, DictPart.Values)),
        "copy" => FunctionValue.Bind(name, dict, (self, a, _) =>
        {
            a.Bind("copy");
            return self;
        }),
        "fromkeys" => FunctionValue.Bind(name, dict, (_, _, _) => throw new TemplateFault("dict.fromkeys is not supported")),
        "clear" or "pop" or "popitem" or "setdefault" or "update" => UndefinedValue.Unsafe(dict, name),
        _ => null,
    };

    private static Value Get(DictValue dict, Arguments arguments, Evaluation run)
    {
        if (arguments.Named.Length > 0) throw new TemplateFault("dict.get() takes no keyword arguments");
        var given = arguments.Bind("get", 1, "key", "default");
        if (!DictValue.Hashable(given[0]!)) throw new TemplateFault($"unhashable type: '{given[0]!.TypeName}'");
        run.Charge(given[0]!.Size);
        return dict.Items.GetValueOrDefault(given[0]!) ?? given[1] ?? NoneValue.FromTemplate;
    }

    private static DictView View(DictValue dict, Arguments arguments, DictPart part)
    {
        arguments.Bind(part.ToString().ToLowerInvariant());
        return new DictView(dict, part);
    }
}

/// <summary>The methods of Python's <c>list</c> and <c>tuple</c> that do not change it.</summary>
internal static class ListMethods
{
    public static Value? Find(ListValue list, string name) => name switch
    {
        "count" => FunctionValue.Bind(name, list, Count),
        "index" => FunctionValue.Bind(name, list, Index),
        "copy" when !list.IsTuple => FunctionValue.Bind(name, list, (self, a, _) =>
        {
            a.Bind("copy");
            return self;
        }),
        "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort" when !list.IsTuple => UndefinedValue.Unsafe(list, name),
        _ => null,
    };

    private static IntValue Count(ListValue list, Arguments arguments, Evaluation run)
    {
        var wanted = arguments.Bind("count", 1, "value")[0]!;
        return new IntValue(list.Items.Count(item => Comparing.Same(item, wanted, run)), list.Trusted);
    }

    private static IntValue Index(ListValue list, Arguments arguments, Evaluation run)
    {
        var wanted = arguments.Bind("index", 1, "value")[0]!;
        var at = Array.FindIndex(list.Items, item => Comparing.Same(item, wanted, run));
        return at >= 0 ? new IntValue(at, list.Trusted) : throw new TemplateFault($"the value is not in {list.TypeName}");
    }
}

/// <summary>The attributes of Python's numbers that templates may meet.</summary>
internal static class NumberMethods
{
    public static Value? Find(Value number, string name) => name switch
    {
        "real" => number,
        "imag" => new IntValue(0, number.Trusted),
        "numerator" when Numbers.IsInteger(number, out var value) => new IntValue(value, number.Trusted),
        "denominator" when number is not FloatValue => new IntValue(1, number.Trusted),
        "bit_length" when Numbers.IsInteger(number, out var value) =>
            new FunctionValue(name, (_, _) => new IntValue(BigInteger.Abs(value).GetBitLength(), number.Trusted)),
        "is_integer" when number is FloatValue real => new FunctionValue(name, (_, _) => BoolValue.Of(Math.Floor(real.Value) == real.Value)),
        _ => null,
    };
}
