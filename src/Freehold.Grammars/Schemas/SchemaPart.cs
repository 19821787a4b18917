using System.Text.Json;

namespace Freehold.Grammars.Schemas;

/// <summary>A schema at its place in the document.</summary>
/// <param name="Pointer">JSON pointer from the document's root.</param>
/// <param name="Schema">An object, true or false.</param>
/// <param name="IsAnyOfTaken">Whether one of its anyOf was chosen already.</param>
/// <param name="IsOneOfTaken">Whether one of its oneOf was.</param>
internal readonly record struct SchemaPart(string Pointer, JsonElement Schema, bool IsAnyOfTaken = false, bool IsOneOfTaken = false)
{
    /// <summary>Tells it apart, and what of it is still to be chosen.</summary>
    public string Key => Pointer + (IsAnyOfTaken ? "?a" : "") + (IsOneOfTaken ? "?o" : "");

    /// <summary>Looks for a keyword.</summary>
    public bool TryGet(string keyword, out JsonElement value)
    {
        value = default;
        return Schema.ValueKind == JsonValueKind.Object && Schema.TryGetProperty(keyword, out value);
    }

    /// <summary>The pointer of a keyword.</summary>
    public string At(string keyword) => $"{Pointer}/{Escape(keyword)}";

    /// <summary>The subschema under a keyword.</summary>
    public SchemaPart Below(string keyword, JsonElement schema) => new(At(keyword), schema);

    /// <summary>A subschema in a keyword's list.</summary>
    public SchemaPart Below(string keyword, int index, JsonElement schema) => new($"{At(keyword)}/{index}", schema);

    /// <summary>A subschema in a keyword's map.</summary>
    public SchemaPart Below(string keyword, string name, JsonElement schema) => new($"{At(keyword)}/{Escape(name)}", schema);

    /// <summary>A keyword that holds a list of schemas, at least one.</summary>
    public IEnumerable<SchemaPart> List(string keyword)
    {
        if (!TryGet(keyword, out var list))
            return [];
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
            throw GrammarRefusedException.Invalid(At(keyword), "must be a list of schemas, not empty");
        var part = this;
        return list.EnumerateArray().Select((schema, index) => part.Below(keyword, index, schema));
    }

    /// <summary>A keyword that holds a map of schemas.</summary>
    public IEnumerable<(string Name, SchemaPart Part)> Map(string keyword)
    {
        if (!TryGet(keyword, out var map))
            return [];
        if (map.ValueKind != JsonValueKind.Object)
            throw GrammarRefusedException.Invalid(At(keyword), "must be an object of schemas");
        var part = this;
        return map.EnumerateObject().Select(member => (member.Name, part.Below(keyword, member.Name, member.Value)));
    }

    /// <summary>A keyword that holds a whole number of at least 0; larger ones than an int count as the largest.</summary>
    public int? Count(string keyword)
    {
        if (!TryGet(keyword, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || number < 0 || number != Math.Floor(number))
            throw GrammarRefusedException.Invalid(At(keyword), "must be a whole number of at least 0");
        return (int)Math.Min(int.MaxValue, number);
    }

    /// <summary>A keyword that holds a string.</summary>
    public string? Text(string keyword) => !TryGet(keyword, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : throw GrammarRefusedException.Invalid(At(keyword), "must be a string");

    private static string Escape(string token) => token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
