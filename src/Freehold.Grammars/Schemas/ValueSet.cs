using System.Text.Json;
using Freehold.Grammars.Numbers;

namespace Freehold.Grammars.Schemas;

/// <summary>The values of an enum, to be asked for quickly however many they are. Numbers are equal by value: 1 and 1.0 are one.</summary>
internal sealed class ValueSet
{
    private readonly HashSet<string> _scalars = [];
    private readonly List<JsonElement> _others = [];

    /// <summary>Of a list.</summary>
    public ValueSet(JsonElement list)
    {
        foreach (var value in list.EnumerateArray())
        {
            if (Scalar(value) is { } scalar)
                _scalars.Add(scalar);
            else
                _others.Add(value);
        }
    }

    /// <summary>Whether a value is in it.</summary>
    public bool Contains(JsonElement value) => Scalar(value) is { } scalar ? _scalars.Contains(scalar) : _others.Exists(other => JsonElement.DeepEquals(other, value));

    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "\"" + value.GetString(),
        JsonValueKind.Number => ExactDecimal.Parse(value.GetRawText()).ToString(),
        JsonValueKind.Object or JsonValueKind.Array => null,
        _ => value.GetRawText(),
    };
}
