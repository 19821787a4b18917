namespace Freehold.Models.Templates.Values;

/// <summary>The arguments of a call.</summary>
internal sealed class Arguments(Value[] positional, KeyValuePair<string, Value>[] named)
{
    public static Arguments None { get; } = new([], []);

    public Value[] Positional { get; } = positional;

    public KeyValuePair<string, Value>[] Named { get; } = named;

    /// <summary>The named argument, or null.</summary>
    public Value? Find(string name)
    {
        foreach (var (key, value) in Named)
            if (key == name) return value;
        return null;
    }

    /// <summary>The arguments in the order of a function's parameters, null for those not given; fails on those it does not have.</summary>
    public Value?[] Bind(string function, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Length > parameters.Length)
            throw new TemplateFault($"{function} takes at most {parameters.Length} arguments but {Positional.Length} were given");
        var bound = new Value?[parameters.Length];
        Positional.CopyTo(bound, 0);
        foreach (var (name, value) in Named)
        {
            var at = parameters.IndexOf(name);
            if (at < 0) throw new TemplateFault($"{function} got an unexpected keyword argument '{name}'");
            if (bound[at] is not null) throw new TemplateFault($"{function} got multiple values for argument '{name}'");
            bound[at] = value;
        }
        return bound;
    }

    /// <summary>Fails unless the first <paramref name="required"/> arguments are there.</summary>
    public Value?[] Bind(string function, int required, params ReadOnlySpan<string> parameters)
    {
        var bound = Bind(function, parameters);
        for (var i = 0; i < required; i++)
            if (bound[i] is null) throw new TemplateFault($"{function} is missing its argument '{parameters[i]}'");
        return bound;
    }

    /// <summary>The arguments after the first few positional ones.</summary>
    public Arguments After(int count) => new(Positional[count..], Named);
}
