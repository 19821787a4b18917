using System.Collections.Frozen;
using System.Text;
using Freehold.Models.Templates.Nodes;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary>What a test of the template language does.</summary>
internal delegate bool Test(Value value, Arguments arguments, Evaluation run);

/// <summary>jinja2's tests (tests.py).</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Test> All = new Dictionary<string, Test>
    {
        ["defined"] = Simple(value => value is not UndefinedValue),
        ["undefined"] = Simple(value => value is UndefinedValue),
        ["none"] = Simple(value => value is NoneValue),
        ["boolean"] = Simple(value => value is BoolValue),
        ["true"] = Simple(value => value is BoolValue { Value: true }),
        ["false"] = Simple(value => value is BoolValue { Value: false }),
        ["integer"] = Simple(value => value is IntValue),
        ["float"] = Simple(value => value is FloatValue),
        ["number"] = Simple(value => value is IntValue or FloatValue or BoolValue),
        ["string"] = Simple(value => value is Text),
        ["mapping"] = Simple(value => value is DictValue),
        ["sequence"] = Simple(value => value is Text or ListValue or DictValue or RangeValue or UndefinedValue),
        ["iterable"] = Simple(value => value.IsIterable || value is LoopValue),
        ["callable"] = Simple(value => value.IsCallable || value is UndefinedValue),
        ["escaped"] = Simple(value => value is Text { IsMarkup: true }),
        ["lower"] = (value, _, run) => IsCase(value.ToText(run).Value, Rune.IsLower, Rune.IsUpper),
        ["upper"] = (value, _, run) => IsCase(value.ToText(run).Value, Rune.IsUpper, Rune.IsLower),
        ["odd"] = (value, _, run) => Arithmetic.Find("%")(value, new IntValue(2), run).SameAs(new IntValue(1)),
        ["even"] = (value, _, run) => Arithmetic.Find("%")(value, new IntValue(2), run).SameAs(new IntValue(0)),
        ["divisibleby"] = (value, arguments, run) => Arithmetic.Find("%")(value, Other(arguments), run).SameAs(new IntValue(0)),
        ["sameas"] = (value, arguments, _) => IsSame(value, Other(arguments)),
        ["in"] = (value, arguments, run) => Comparing.Contains(Other(arguments), value, run),
        ["filter"] = (value, _, _) => value is Text text && Filters.Find(text.Value) is not null,
        ["test"] = (value, _, _) => value is Text text && Find(text.Value) is not null,
        ["=="] = Compare("=="),
        ["eq"] = Compare("=="),
        ["equalto"] = Compare("=="),
        ["!="] = Compare("!="),
        ["ne"] = Compare("!="),
        [">"] = Compare(">"),
        ["gt"] = Compare(">"),
        ["greaterthan"] = Compare(">"),
        [">="] = Compare(">="),
        ["ge"] = Compare(">="),
        ["<"] = Compare("<"),
        ["lt"] = Compare("<"),
        ["lessthan"] = Compare("<"),
        ["<="] = Compare("<="),
        ["le"] = Compare("<="),
    }.ToFrozenDictionary();

    /// <summary>The test of a name, or null.</summary>
    public static Test? Find(string name) => All.GetValueOrDefault(name);

    private static Test Simple(Func<Value, bool> holds) => (value, arguments, _) =>
    {
        arguments.Bind("the test");
        return holds(value);
    };

    private static Test Compare(string symbol) => (value, arguments, run) => Comparing.Holds(symbol, value, Other(arguments), run);

    private static Value Other(Arguments arguments) => arguments.Bind("the test", 1, "other")[0]!;

    private static bool IsCase(string text, Func<Rune, bool> wanted, Func<Rune, bool> refused)
    {
        var any = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (refused(rune)) return false;
            any |= wanted(rune);
        }
        return any;
    }

    /// <summary>Python's <c>is</c>, with equal scalars of one type taken for one object.</summary>
    private static bool IsSame(Value a, Value b) =>
        ReferenceEquals(a, b) || (a.GetType() == b.GetType() && a is Text or NoneValue or BoolValue or IntValue && a.SameAs(b));
}
