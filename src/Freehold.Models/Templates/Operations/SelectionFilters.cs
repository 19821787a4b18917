using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates.Operations;

/// <summary><c>map</c>, <c>select</c>, <c>reject</c> and their kin: generators, as in jinja2.</summary>
internal static class SelectionFilters
{
    public static Value Map(Value value, Arguments arguments, Evaluation run)
    {
        return new GeneratorValue(value.IsTrue ? Mapped() : Enumerable.Empty<Value>().GetEnumerator());

        IEnumerator<Value> Mapped()
        {
            var apply = MapFunction(arguments, run);
            for (var source = value.Iterate(run); source.MoveNext();) yield return apply(source.Current);
        }
    }

    public static Value Select(Value value, Arguments arguments, Evaluation run, bool byAttribute, bool wanted)
    {
        return new GeneratorValue(value.IsTrue ? Selected() : Enumerable.Empty<Value>().GetEnumerator());

        IEnumerator<Value> Selected()
        {
            var holds = Predicate(arguments, run, byAttribute);
            for (var source = value.Iterate(run); source.MoveNext();)
                if (holds(source.Current) == wanted) yield return source.Current;
        }
    }

    private static Func<Value, Value> MapFunction(Arguments arguments, Evaluation run)
    {
        if (arguments.Positional.Length == 0 && arguments.Find("attribute") is { } attribute)
        {
            foreach (var (name, _) in arguments.Named)
                if (name is not ("attribute" or "default")) throw new TemplateFault($"Unexpected keyword argument '{name}'");
            var path = new AttributePath(attribute, run, arguments.Find("default"));
            return item => path.Of(item, run);
        }
        if (arguments.Positional is not [Text filterName, ..]) throw new TemplateFault("map requires a filter argument");
        var filter = Filters.Find(filterName.Value) ?? throw new TemplateFault($"No filter named '{filterName.Value}'.");
        var rest = arguments.After(1);
        return item =>
        {
            run.Step();
            return filter(item, rest, run);
        };
    }

    private static Func<Value, bool> Predicate(Arguments arguments, Evaluation run, bool byAttribute)
    {
        Func<Value, Value> subject = item => item;
        if (byAttribute)
        {
            if (arguments.Positional.Length == 0) throw new TemplateFault("Missing parameter for attribute name");
            var path = new AttributePath(arguments.Positional[0], run);
            subject = item => path.Of(item, run);
            arguments = arguments.After(1);
        }
        if (arguments.Positional.Length == 0) return item => subject(item).IsTrue;
        var name = arguments.Positional[0].ToText(run).Value;
        var test = Tests.Find(name) ?? throw new TemplateFault($"No test named '{name}'.");
        var rest = arguments.After(1);
        return item => test(subject(item), rest, run);
    }
}
