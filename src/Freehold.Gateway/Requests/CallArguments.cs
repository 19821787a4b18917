using System.Text.Json;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Requests;

/// <summary>The arguments of an earlier call, as a request sends them back.</summary>
internal static class CallArguments
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Of an object.</summary>
    public static Dictionary<string, object?> Of(JsonElement arguments, string path) =>
        arguments.EnumerateObject().ToDictionary(Fields.NameOf, argument => (object?)WellFormed.Copy(argument.Value, path), StringComparer.Ordinal);

    /// <summary>Of an object that is written as a string; an empty one has none.</summary>
    /// <exception cref="RefusedException">It is no JSON object.</exception>
    public static Dictionary<string, object?> Of(string written, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(written.Length == 0 ? "{}" : written, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return Of(document.RootElement, path);
        }
        catch (JsonException)
        {
        }
        throw RefusedException.Field(path, $"'{path}' must be a JSON object written as a string.");
    }
}
