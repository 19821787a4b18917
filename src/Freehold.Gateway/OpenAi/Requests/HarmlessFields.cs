using System.Text.Json;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>
/// The closed list of fields that are accepted though they change nothing here: labels a client keeps for itself, and hints about storing,
/// pricing and caching whose only honest value is what happens anyway.
/// </summary>
internal static class HarmlessFields
{
    public static void Take(Fields fields)
    {
        fields.Ignore("metadata", "safety_identifier", "prompt_cache_key");
        fields.RefuseUnless("store", value => value.ValueKind == JsonValueKind.False, "would keep the conversation, which is not supported");
        fields.RefuseUnless("service_tier", value => IsOneOf(value, "auto", "default"), "has no other tier than 'default'");
        fields.RefuseUnless("modalities", value => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => IsOneOf(item, "text")), "can only be [\"text\"]");
    }

    public static bool IsOneOf(JsonElement value, params ReadOnlySpan<string> words)
    {
        if (value.ValueKind != JsonValueKind.String)
            return false;
        foreach (var word in words)
            if (value.ValueEquals(word))
                return true;
        return false;
    }
}
