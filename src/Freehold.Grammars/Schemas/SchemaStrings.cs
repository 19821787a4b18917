using Freehold.Grammars.Automata;
using Freehold.Grammars.Json;
using Freehold.Grammars.Text;

namespace Freehold.Grammars.Schemas;

/// <summary>What a schema asserts of strings: as a rule, and as a set to reckon with.</summary>
internal sealed class SchemaStrings(SchemaRefusals refusals, KnownPatterns patterns, GrammarLimits limits)
{
    private readonly Dictionary<string, Rule> _rules = [];

    /// <summary>The rule of the JSON strings that satisfy all parts.</summary>
    public Rule Rule(Weaver weaver, JsonRules json, Conjunction schema)
    {
        var (min, max) = Lengths(schema);
        var set = Patterns(schema);
        if (set is null && min == 0 && max == int.MaxValue)
            return json.String;
        var key = set is null ? $"{min} {max}" : schema.Key;
        if (_rules.TryGetValue(key, out var known))
            return known;
        if (set is null)
            return _rules[key] = min > max ? weaver.Rule(key) : weaver.Rule(key, start => json.Characters(weaver, start, min, max));
        return _rules[key] = DfaWeaver.Json(weaver, Limited(schema, set, min, max), json.Character, key);
    }

    /// <summary>The set of strings that satisfy all parts; choices and enums are not looked at.</summary>
    public Dfa Set(Conjunction schema)
    {
        var (min, max) = Lengths(schema);
        return Limited(schema, Patterns(schema) ?? Dfa.Any, min, max);
    }

    /// <summary>The strings in which a pattern is found; null where it can't be enforced and that is allowed.</summary>
    public Dfa? Pattern(string pattern, string pointer) => Known(pattern, isSearch: true, pointer);

    /// <summary>The strings of a format; null where nothing is asserted.</summary>
    public Dfa? Format(SchemaPart part)
    {
        if (part.Text("format") is not { } name || StringFormats.IsNoAssertion(name))
            return null;
        if (StringFormats.Pattern(name) is { } pattern)
            return Known(pattern, isSearch: false, part.At("format"));
        refusals.Refuse(part.At("format"), $"the format '{name}' is not known, or can't be checked while tokens are chosen; known are {StringFormats.Names}");
        return null;
    }

    /// <summary>The fewest and the most characters.</summary>
    public static (int Min, int Max) Lengths(Conjunction schema) =>
        (schema.Parts.Max(part => part.Count("minLength")) ?? 0, schema.Parts.Min(part => part.Count("maxLength")) ?? int.MaxValue);

    private Dfa? Patterns(Conjunction schema)
    {
        Dfa? set = null;
        foreach (var part in schema.Parts)
        {
            if (part.Text("pattern") is { } pattern)
                set = Both(set, Pattern(pattern, part.At("pattern")), part.At("pattern"));
            set = Both(set, Format(part), part.At("format"));
        }
        return set;
    }

    private Dfa Limited(Conjunction schema, Dfa set, int min, int max)
    {
        if (min == 0 && max == int.MaxValue)
            return set;
        if (min > max)
            return new Dfa([CharSet.All], [-1], [false]);
        var at = schema.Parts.First(part => part.TryGet("minLength", out _) || part.TryGet("maxLength", out _));
        var pointer = at.At(at.TryGet("maxLength", out _) ? "maxLength" : "minLength");
        if ((max == int.MaxValue ? min : max) < limits.MaxPatternStates)
            return Both(set, Dfa.OfLength(min, max), pointer)!;
        refusals.Refuse(pointer, $"beside a pattern or format a length must be below {limits.MaxPatternStates:N0}");
        return set;
    }

    private Dfa? Both(Dfa? first, Dfa? second, string pointer)
    {
        if (first is null || second is null)
            return first ?? second;
        try
        {
            return first.And(second, limits.MaxPatternStates);
        }
        catch (NotSupportedException error)
        {
            refusals.Refuse(pointer, error.Message);
            return first;
        }
    }

    private Dfa? Known(string pattern, bool isSearch, string pointer)
    {
        try
        {
            return patterns.Of(pattern, isSearch);
        }
        catch (FormatException error)
        {
            throw GrammarRefusedException.Invalid(pointer, $"the pattern is malformed: {error.Message}");
        }
        catch (NotSupportedException error)
        {
            refusals.Refuse(pointer, error.Message);
            return null;
        }
    }
}
