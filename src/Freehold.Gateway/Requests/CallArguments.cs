using System.Text.Json;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Requests;

/// <summary>The arguments of an earlier call, as a request sends them back. Of a name that a model wrote twice the last value counts, as for whoever ran the call.</summary>
internal static class CallArguments
{
    /// <summary>Of an object.</summary>
    public static Dictionary<string, object?> Of(JsonElement arguments, string path)
    {
        var read = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var argument in arguments.EnumerateObject())
            read[Fields.NameOf(argument)] = WellFormed.Copy(argument.Value, path);
        return read;
    }

    /// <summary>Of an object that is written as a string; an empty one has none.</summary>
    /// <exception cref="RefusedException">It is no JSON object.</exception>
    public static Dictionary<string, object?> Of(string written, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(written.Length == 0 ? "{}" : written);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return Of(document.RootElement, path);
        }
        catch (JsonException)
        {
        }
        throw RefusedException.Field(path, $"'{path}' must be a JSON object written as a string.");
    }
}
