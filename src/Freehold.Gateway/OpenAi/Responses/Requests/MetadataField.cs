using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Responses.Requests;

/// <summary>Pairs of strings that a client keeps with a thing.</summary>
internal static class MetadataField
{
    private const int MaxPairs = 16, MaxKey = 64, MaxValue = 512;

    /// <summary>No pairs.</summary>
    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    /// <summary>Takes them; null where there are none.</summary>
    public static IReadOnlyDictionary<string, string>? Take(Fields fields)
    {
        if (!fields.TryTake("metadata", out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            throw Fields.WrongType("metadata", "an object of strings", value);
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in value.EnumerateObject())
        {
            var name = Fields.NameOf(pair);
            if (name.Length > MaxKey)
                throw RefusedException.Field("metadata", $"A name in 'metadata' has {name.Length} characters; {MaxKey} are possible.");
            var text = Fields.Text(pair.Value, $"metadata.{name}");
            if (text.Length > MaxValue)
                throw RefusedException.Field($"metadata.{name}", $"'metadata.{name}' has {text.Length} characters; {MaxValue} are possible.");
            pairs.Add(name, text);
        }
        return pairs.Count <= MaxPairs ? pairs : throw RefusedException.Field("metadata", $"'metadata' has {pairs.Count} pairs; {MaxPairs} are possible.");
    }

    /// <summary>Writes the value of <c>metadata</c>.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyDictionary<string, string> pairs)
    {
        json.WriteStartObject();
        foreach (var (name, text) in pairs)
            json.WriteString(name, text);
        json.WriteEndObject();
    }
}
