using System.Text.Json;
using Freehold.Models.Files;

namespace Freehold.Models.Tokenizers.HuggingFace;

/// <summary>Short ways to ask JSON elements.</summary>
internal static class JsonLookup
{
    /// <summary>A member that is there and not null.</summary>
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A string member.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A truth value, or what stands in for it.</summary>
    public static bool Flag(this JsonElement element, string name, bool otherwise) => element.Member(name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => otherwise,
    };

    /// <summary>A whole number.</summary>
    /// <exception cref="ModelFormatException">It is none of 32 bits.</exception>
    public static int Whole(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value)
            ? value
            : throw new ModelFormatException($"the tokenizer.json has {element.ValueKind} where a whole number of 32 bits was expected");

    /// <summary>The element itself, or the members of the sequence that it is (normalisers, pre-tokenizers and processors nest so).</summary>
    public static IEnumerable<JsonElement> Steps(this JsonElement? element, string list)
    {
        if (element is not { } step)
            return [];
        return step.Text("type") == "Sequence" && step.Member(list) is { ValueKind: JsonValueKind.Array } steps
            ? steps.EnumerateArray().SelectMany(inner => Steps(inner, list))
            : [step];
    }
}
