using System.Text.Json;
using Freehold.Grammars.Text;

namespace Freehold.Grammars.Schemas;

/// <summary>What a schema says of each property: of those it names, and of the others by classes of names.</summary>
internal sealed class SchemaProperties
{
    private const int MaxClasses = 16;
    private readonly Conjunction _schema;
    private readonly SchemaStrings _strings;
    private readonly SchemaRefusals _refusals;
    private readonly SchemaDocument _document;
    private readonly SchemaValidator _validator;
    private readonly GrammarLimits _limits;

    /// <summary>Gathers the names.</summary>
    public SchemaProperties(Conjunction schema, SchemaValidator validator, SchemaStrings strings, SchemaRefusals refusals, SchemaDocument document, GrammarLimits limits)
    {
        (_schema, _validator, _strings, _refusals, _document, _limits) = (schema, validator, strings, refusals, document, limits);
        Required = [.. schema.Parts.SelectMany(RequiredOf)];
        var named = schema.Parts.SelectMany(part => part.Map("properties").Select(member => member.Name)).Concat(schema.Parts.SelectMany(RequiredOf)).Distinct();
        // One that propertyNames rules out can't be written; required, it makes the object impossible.
        Names = [.. named.Where(name => Required.Contains(name) || schema.Each("propertyNames").All(part => validator.IsValidName(name, NamesOf(part))))];
        Forbidden = [.. Required.Where(name => !schema.Each("propertyNames").All(part => validator.IsValidName(name, NamesOf(part))))];
    }

    /// <summary>Named properties, in the schema's order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Those that must be there.</summary>
    public HashSet<string> Required { get; }

    private HashSet<string> Forbidden { get; }

    /// <summary>What must hold for the value of a named property.</summary>
    public IEnumerable<SchemaPart> Of(string name)
    {
        foreach (var part in _schema.Parts)
        {
            var isKnown = false;
            if (Forbidden.Contains(name))
                yield return new SchemaPart(part.At("propertyNames"), JsonElement.Parse("false"));
            if (part.TryGet("properties", out var properties) && properties.TryGetProperty(name, out var own))
            {
                isKnown = true;
                yield return part.Below("properties", name, own);
            }
            foreach (var (pattern, value) in part.Map("patternProperties"))
            {
                if (_strings.Pattern(pattern, value.Pointer)?.Contains(name) != true)
                    continue;
                isKnown = true;
                yield return value;
            }
            if (!isKnown && part.TryGet("additionalProperties", out var additional))
                yield return part.Below("additionalProperties", additional);
        }
    }

    /// <summary>Classes of other names, each with what must hold for the value; none where none are allowed.</summary>
    public IReadOnlyList<(Dfa Names, IReadOnlyList<SchemaPart> Value)> Others()
    {
        var classes = new List<(Dfa Names, List<SchemaPart> Value)> { (_schema.Parts.SelectMany(Described).Concat(Names).Distinct().ToArray() is { Length: > 0 } named ? Dfa.Of(named).Not() : Dfa.Any, []) };
        foreach (var part in _schema.Parts)
        {
            var matched = new HashSet<Dfa>(ReferenceEqualityComparer.Instance);
            foreach (var (pattern, value) in part.Map("patternProperties"))
                if (_strings.Pattern(pattern, value.Pointer) is { } names)
                    classes = Split(classes, names, value, matched);
            if (part.TryGet("additionalProperties", out var additional))
            {
                foreach (var rest in classes.Where(each => !matched.Contains(each.Names)))
                    rest.Value.Add(part.Below("additionalProperties", additional));
            }
        }
        classes.RemoveAll(each => Conjunction.Of(_document, each.Value).IsNever);
        if (_schema.Each("propertyNames").Any())
        {
            var allowed = Conjunction.Of(_document, _schema.Each("propertyNames").Select(NamesOf));
            classes = [.. classes.Select(each => (Both(each.Names, AllowedNames(allowed)), each.Value)).Where(each => !each.Item1.IsEmpty)];
        }
        return [.. classes.Select(each => (each.Names, (IReadOnlyList<SchemaPart>)each.Value))];
    }

    private static IEnumerable<string> Described(SchemaPart part) => part.Map("properties").Select(member => member.Name);

    private List<(Dfa, List<SchemaPart>)> Split(List<(Dfa Names, List<SchemaPart> Value)> classes, Dfa names, SchemaPart value, HashSet<Dfa> matched)
    {
        var split = new List<(Dfa, List<SchemaPart>)>();
        foreach (var (known, values) in classes)
        {
            var (inside, outside) = (Both(known, names), Both(known, names.Not()));
            if (!inside.IsEmpty)
                split.Add((inside, [.. values, value]));
            if (!outside.IsEmpty)
                split.Add((outside, values));
            if (!inside.IsEmpty)
                matched.Add(inside);
            if (!outside.IsEmpty && matched.Contains(known))
                matched.Add(outside);
        }
        if (split.Count > MaxClasses)
            throw GrammarRefusedException.Limit(value.Pointer, $"the patterns of property names overlap in more than {MaxClasses} ways; use fewer");
        return split;
    }

    private Dfa AllowedNames(Conjunction schema)
    {
        if (schema.IsNever || !schema.Types().HasFlag(SchemaTypes.String) && schema.Parts.Count > 0)
            return Dfa.Any.Not();
        foreach (var part in schema.Parts)
        {
            _refusals.Check(part);
            foreach (var choice in new[] { "anyOf", "oneOf" })
                if (part.TryGet(choice, out _))
                    _refusals.Refuse(part.At(choice), "names of properties can't be chosen from several schemas; use one pattern or enum");
        }
        if (schema.Parts.Count == 0)
            return Dfa.Any;
        var set = _strings.Set(schema);
        if (!schema.Parts.Any(part => part.TryGet("enum", out _) || part.TryGet("const", out _)))
            return set;
        var words = SchemaValues.Of(schema).Where(value => value.ValueKind == JsonValueKind.String && _validator.IsValid(value, schema)).Select(value => value.GetString()!).ToArray();
        return Both(Dfa.Of(words), set);
    }

    private Dfa Both(Dfa first, Dfa second)
    {
        try
        {
            return first.And(second, _limits.MaxPatternStates);
        }
        catch (NotSupportedException error)
        {
            throw GrammarRefusedException.Limit(_schema.Parts[0].Pointer, error.Message);
        }
    }

    private static SchemaPart NamesOf(SchemaPart part) => part.TryGet("propertyNames", out var names) ? part.Below("propertyNames", names) : default;

    private static IEnumerable<string> RequiredOf(SchemaPart part)
    {
        if (!part.TryGet("required", out var list))
            return [];
        return list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
            ? list.EnumerateArray().Select(name => name.GetString()!)
            : throw GrammarRefusedException.Invalid(part.At("required"), "must be a list of names");
    }
}
