using System.Text.Json;

namespace Freehold.Gateway.Requests;

/// <summary>Questions about a field's value.</summary>
internal static class Values
{
    public static bool IsOneOf(JsonElement value, params ReadOnlySpan<string> words)
    {
        if (value.ValueKind != JsonValueKind.String)
            return false;
        foreach (var word in words)
            if (value.ValueEquals(word))
                return true;
        return false;
    }

    public static bool IsEmptyArray(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    public static bool IsEmptyString(JsonElement value) => IsOneOf(value, "");

    public static bool IsOne(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number == 1;

    public static bool IsFalse(JsonElement value) => value.ValueKind == JsonValueKind.False;
}
