using System.Text.Json;

namespace Freehold.Grammars.Schemas;

/// <summary>The values that enum and const leave.</summary>
internal static class SchemaValues
{
    private const int MaxValues = 20_000;

    /// <summary>The values of the shortest list; the others still have to be asked.</summary>
    public static IReadOnlyList<JsonElement> Of(Conjunction schema)
    {
        IReadOnlyList<JsonElement>? shortest = null;
        foreach (var part in schema.Parts)
        {
            if (part.TryGet("const", out var only))
                shortest = [only];
            if (part.TryGet("enum", out var list) && (shortest is null || List(part, list).Length < shortest.Count))
                shortest = List(part, list);
        }
        return shortest!;
    }

    private static JsonElement[] List(SchemaPart part, JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw GrammarRefusedException.Invalid(part.At("enum"), "must be a list");
        if (list.GetArrayLength() > MaxValues)
            throw GrammarRefusedException.Limit(part.At("enum"), $"{list.GetArrayLength():N0} values; at most {MaxValues:N0} are possible");
        return [.. list.EnumerateArray()];
    }
}
