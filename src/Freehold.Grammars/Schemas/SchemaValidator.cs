using System.Text;
using System.Text.Json;
using Freehold.Grammars.Numbers;

namespace Freehold.Grammars.Schemas;

/// <summary>
/// Whether a given value satisfies a schema: asked for the values of enum and const, for names of properties, and for finished values (<see cref="SchemaCheck"/>). Knows the keywords that
/// are enforced, and those that need the finished value but for unevaluatedItems and unevaluatedProperties.
/// </summary>
internal sealed class SchemaValidator(SchemaDocument document, SchemaStrings strings, Action<SchemaPart>? look = null)
{
    private const int MaxDepth = 200;
    private readonly Dictionary<string, ValueSet> _values = [];

    /// <summary>Whether a value satisfies all parts.</summary>
    public bool IsValid(JsonElement value, Conjunction schema) => !schema.IsNever && schema.Parts.All(part => Holds(value, part, 0));

    /// <summary>Whether a value satisfies a schema.</summary>
    public bool Holds(JsonElement value, SchemaPart schema) => Holds(value, schema, 0);

    /// <summary>Whether a property's name satisfies a schema.</summary>
    public bool IsValidName(string name, SchemaPart schema) => Holds(JsonElement.Parse(Text.JsonText.Quote(name)), schema, 0);

    private bool Holds(JsonElement value, SchemaPart part, int depth)
    {
        if (depth > MaxDepth)
            throw GrammarRefusedException.Limit(part.Pointer, $"schemas refer to each other more than {MaxDepth} deep");
        if (part.Schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return part.Schema.ValueKind == JsonValueKind.True;
        look?.Invoke(part);
        var type = SchemaTypeReader.Of(value);
        if ((SchemaTypeReader.Types(part) & type) == 0)
            return false;
        if (part.TryGet("const", out var only) && !JsonElement.DeepEquals(value, only))
            return false;
        if (part.TryGet("enum", out var list) && !Values(part, list).Contains(value))
            return false;
        if (part.Text("$ref") is { } reference && !Holds(value, document.Resolve(part, reference), depth + 1))
            return false;
        if (!part.List("allOf").All(each => Holds(value, each, depth + 1)))
            return false;
        if (part.TryGet("anyOf", out _) && !part.List("anyOf").Any(each => Holds(value, each, depth + 1)))
            return false;
        if (part.TryGet("oneOf", out _) && part.List("oneOf").Count(each => Holds(value, each, depth + 1)) != 1)
            return false;
        if (part.TryGet("not", out var not) && Holds(value, part.Below("not", not), depth + 1))
            return false;
        if (part.TryGet("if", out var condition))
        {
            var branch = Holds(value, part.Below("if", condition), depth + 1) ? "then" : "else";
            if (part.TryGet(branch, out var consequence) && !Holds(value, part.Below(branch, consequence), depth + 1))
                return false;
        }
        return type switch
        {
            SchemaTypes.String => IsString(value.GetString()!, part),
            SchemaTypes.Array => IsArray(value, part, depth),
            SchemaTypes.Object => IsObject(value, part, depth),
            SchemaTypes.Integer or SchemaTypes.Fraction => IsNumber(ExactDecimal.Parse(value.GetRawText()), part),
            _ => true,
        };
    }

    private ValueSet Values(SchemaPart part, JsonElement list) => _values.TryGetValue(part.Pointer, out var known) ? known : _values[part.Pointer] = new ValueSet(list);

    private static bool IsNumber(ExactDecimal number, SchemaPart part)
    {
        var range = SchemaNumbers.Range(new NumberRange(), part);
        return !range.AtLeast(number, isExclusive: false).AtMost(number, isExclusive: false).IsEmpty && (range.MultipleOf is not { } factor || number.IsMultipleOf(factor));
    }

    private bool IsString(string text, SchemaPart part)
    {
        var length = text.EnumerateRunes().Count();
        return length >= (part.Count("minLength") ?? 0) && length <= (part.Count("maxLength") ?? int.MaxValue) &&
            (part.Text("pattern") is not { } pattern || strings.Pattern(pattern, part.At("pattern"))?.Contains(text) != false) &&
            strings.Format(part)?.Contains(text) != false;
    }

    private bool IsArray(JsonElement value, SchemaPart part, int depth)
    {
        var count = value.GetArrayLength();
        if (count < (part.Count("minItems") ?? 0) || count > (part.Count("maxItems") ?? int.MaxValue))
            return false;
        if (part.TryGet("uniqueItems", out var unique) && unique.ValueKind == JsonValueKind.True)
            for (var i = 0; i < count; i++)
                for (var j = 0; j < i; j++)
                    if (JsonElement.DeepEquals(value[i], value[j]))
                        return false;
        if (part.TryGet("contains", out var contained))
        {
            var found = value.EnumerateArray().Count(item => Holds(item, part.Below("contains", contained), depth + 1));
            if (found < (part.Count("minContains") ?? 1) || found > (part.Count("maxContains") ?? int.MaxValue))
                return false;
        }
        var prefix = part.List("prefixItems").ToArray();
        for (var i = 0; i < count; i++)
        {
            if (i < prefix.Length ? !Holds(value[i], prefix[i], depth + 1) : part.TryGet("items", out var items) && !Holds(value[i], part.Below("items", items), depth + 1))
                return false;
        }
        return true;
    }

    private bool IsObject(JsonElement value, SchemaPart part, int depth)
    {
        var names = value.EnumerateObject().Select(member => member.Name).ToHashSet();
        if (names.Count < (part.Count("minProperties") ?? 0) || names.Count > (part.Count("maxProperties") ?? int.MaxValue))
            return false;
        if (part.TryGet("required", out var required) && !required.EnumerateArray().All(name => names.Contains(name.GetString()!)))
            return false;
        if (part.TryGet("dependentRequired", out var needs) && needs.EnumerateObject().Any(each => names.Contains(each.Name) && !each.Value.EnumerateArray().All(name => names.Contains(name.GetString()!))))
            return false;
        if (part.Map("dependentSchemas").Any(each => names.Contains(each.Name) && !Holds(value, each.Part, depth + 1)))
            return false;
        var patterns = part.Map("patternProperties").ToArray();
        foreach (var member in value.EnumerateObject())
        {
            var isKnown = false;
            if (part.TryGet("propertyNames", out var allowed) && !IsValidName(member.Name, part.Below("propertyNames", allowed)))
                return false;
            if (part.TryGet("properties", out var properties) && properties.TryGetProperty(member.Name, out var own))
            {
                isKnown = true;
                if (!Holds(member.Value, part.Below("properties", member.Name, own), depth + 1))
                    return false;
            }
            foreach (var (pattern, schema) in patterns)
            {
                if (strings.Pattern(pattern, schema.Pointer)?.Contains(member.Name) != true)
                    continue;
                isKnown = true;
                if (!Holds(member.Value, schema, depth + 1))
                    return false;
            }
            if (!isKnown && part.TryGet("additionalProperties", out var additional) && !Holds(member.Value, part.Below("additionalProperties", additional), depth + 1))
                return false;
        }
        return true;
    }
}
