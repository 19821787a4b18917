using System.Text.Json;

namespace Freehold.Grammars.Schemas;

/// <summary>
/// Whether no value satisfies two schemas at once: what makes oneOf the same as anyOf. Seen are different types, enum and const, bounds, sets of strings, numbers of items, and
/// properties that both require and that are themselves disjoint. Where it isn't seen, oneOf is refused.
/// </summary>
internal sealed class SchemaDisjointness(SchemaDocument document, SchemaValidator validator, SchemaStrings strings, SchemaRefusals refusals)
{
    private const int MaxDepth = 4, MaxPairs = 2000, MaxAsked = 20_000;
    private int _asked;

    /// <summary>Refuses a oneOf two of whose options a value might satisfy.</summary>
    public void Demand(SchemaPart part, IReadOnlyList<SchemaPart> beside, SchemaPart[] options)
    {
        if (options.Length * (options.Length - 1) / 2 > MaxPairs)
            throw GrammarRefusedException.Limit(part.At("oneOf"), $"{options.Length} options; use anyOf for so many");
        for (var i = 0; i < options.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (AreDisjoint([.. beside, options[i]], [.. beside, options[j]], 0))
                    continue;
                refusals.Refuse(part.At("oneOf"), $"a value might satisfy both option {j} and option {i}. Use anyOf, or tell them apart by a required property with const");
                return;
            }
        }
    }

    private bool AreDisjoint(IEnumerable<SchemaPart> first, IEnumerable<SchemaPart> second, int depth)
    {
        if (++_asked > MaxAsked)
            throw GrammarRefusedException.Limit("", $"it takes more than {MaxAsked:N0} comparisons to see that the options of oneOf exclude each other; use anyOf");
        var (a, b) = (Conjunction.Of(document, first), Conjunction.Of(document, second));
        if (a.IsNever || b.IsNever)
            return true;
        if (HasValues(a))
            return !SchemaValues.Of(a).Any(value => validator.IsValid(value, a) && validator.IsValid(value, b));
        if (HasValues(b))
            return !SchemaValues.Of(b).Any(value => validator.IsValid(value, a) && validator.IsValid(value, b));
        // One of several choices may be what tells them apart: then each must.
        if (depth < MaxDepth && (Split(a, b, depth) ?? Split(b, a, depth)) is { } split)
            return split;
        var types = a.Types() & b.Types();
        if ((types & (SchemaTypes.Null | SchemaTypes.Boolean)) != 0)
            return false;
        var both = Conjunction.Of(document, [.. a.Parts, .. b.Parts]);
        if ((types & SchemaTypes.Number) != 0 && !SchemaNumbers.Range(both, !types.HasFlag(SchemaTypes.Fraction), refusals).IsEmpty)
            return false;
        if (types.HasFlag(SchemaTypes.String) && !strings.Set(both).IsEmpty)
            return false;
        if (types.HasFlag(SchemaTypes.Array) && (both.Parts.Max(part => part.Count("minItems")) ?? 0) <= (both.Parts.Min(part => part.Count("maxItems")) ?? int.MaxValue))
            return false;
        return !types.HasFlag(SchemaTypes.Object) || (depth < MaxDepth && HaveDisjointProperties(a, b, depth));
    }

    private bool? Split(Conjunction a, Conjunction b, int depth)
    {
        for (var i = 0; i < a.Parts.Count; i++)
        {
            var part = a.Parts[i];
            if (part.IsAnyOfTaken || !part.TryGet("anyOf", out _))
                continue;
            SchemaPart[] rest = [.. a.Parts];
            rest[i] = part with { IsAnyOfTaken = true };
            return part.List("anyOf").All(option => AreDisjoint([.. rest, option], b.Parts, depth + 1));
        }
        return null;
    }

    private bool HaveDisjointProperties(Conjunction a, Conjunction b, int depth)
    {
        var (first, second) = (Properties(a), Properties(b));
        return first.Required.Any(name => IsApart(name, first, second)) || second.Required.Any(name => IsApart(name, second, first));
        // A property that one requires and the other can't have, or has only with other values.
        bool IsApart(string name, SchemaProperties one, SchemaProperties other) => AreDisjoint(one.Of(name), other.Of(name), depth + 1);
    }

    private SchemaProperties Properties(Conjunction schema) => new(schema, validator, strings, refusals, document, new GrammarLimits());

    private static bool HasValues(Conjunction schema) => schema.Parts.Any(part => part.TryGet("enum", out _) || part.TryGet("const", out _));
}
