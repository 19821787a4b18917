using System.Text.Json;

namespace Freehold.Grammars.Schemas;

/// <summary>The types of JSON Schema.</summary>
[Flags]
internal enum SchemaTypes
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>null.</summary>
    Null = 1,
    /// <summary>true and false.</summary>
    Boolean = 2,
    /// <summary>Numbers without a fraction.</summary>
    Integer = 4,
    /// <summary>Numbers with one.</summary>
    Fraction = 8,
    /// <summary>All numbers.</summary>
    Number = Integer | Fraction,
    /// <summary>Strings.</summary>
    String = 16,
    /// <summary>Arrays.</summary>
    Array = 32,
    /// <summary>Objects.</summary>
    Object = 64,
    /// <summary>All.</summary>
    All = 127,
}

/// <summary>Reads <c>type</c>.</summary>
internal static class SchemaTypeReader
{
    /// <summary>The types that the parts allow together.</summary>
    public static SchemaTypes Types(this Conjunction schema) =>
        schema.Parts.Aggregate(SchemaTypes.All, (types, part) => types & Types(part));

    /// <summary>The types that one part allows.</summary>
    public static SchemaTypes Types(SchemaPart part)
    {
        if (!part.TryGet("type", out var type))
            return SchemaTypes.All;
        if (type.ValueKind != JsonValueKind.Array)
            return Type(part, type);
        return type.EnumerateArray().Aggregate(SchemaTypes.None, (types, each) => types | Type(part, each));
    }

    /// <summary>A value's type.</summary>
    public static SchemaTypes Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => SchemaTypes.Null,
        JsonValueKind.True or JsonValueKind.False => SchemaTypes.Boolean,
        JsonValueKind.String => SchemaTypes.String,
        JsonValueKind.Array => SchemaTypes.Array,
        JsonValueKind.Object => SchemaTypes.Object,
        _ => Numbers.ExactDecimal.Parse(value.GetRawText()).IsInteger ? SchemaTypes.Integer : SchemaTypes.Fraction,
    };

    private static SchemaTypes Type(SchemaPart part, JsonElement name) => (name.ValueKind == JsonValueKind.String ? name.GetString() : null) switch
    {
        "null" => SchemaTypes.Null,
        "boolean" => SchemaTypes.Boolean,
        "integer" => SchemaTypes.Integer,
        "number" => SchemaTypes.Number,
        "string" => SchemaTypes.String,
        "array" => SchemaTypes.Array,
        "object" => SchemaTypes.Object,
        _ => throw GrammarRefusedException.Invalid(part.At("type"), "must be one or several of null, boolean, integer, number, string, array, object"),
    };
}
