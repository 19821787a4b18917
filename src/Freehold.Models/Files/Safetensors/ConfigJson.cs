using System.Text.Json;

namespace Freehold.Models.Files.Safetensors;

/// <summary>A model's <c>config.json</c>: typed reads with errors that name the key. The part for text (<c>text_config</c>) comes first where there is one.</summary>
internal sealed class ConfigJson(JsonElement root, string origin)
{
    private const long MaxBytes = 16 << 20;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private readonly JsonElement? _text = root.TryGetProperty("text_config", out var text) && text.ValueKind == JsonValueKind.Object ? text : null;

    /// <summary>Parses a JSON object.</summary>
    /// <exception cref="ModelFormatException">It is none, or too deep, or has a key twice.</exception>
    public static JsonDocument Parse(Stream stream, string origin)
    {
        try
        {
            var document = JsonDocument.Parse(stream, s_options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                CheckStrings(document.RootElement);
                return document;
            }
            document.Dispose();
            throw new ModelFormatException($"{origin} is no JSON object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException($"{origin} is not valid JSON: {e.Message}", e);
        }
    }

    // The parser looks at a string's text only when asked for it: invalid UTF-8 and halves of surrogate pairs are found here, not later.
    private static void CheckStrings(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    CheckStrings(property.Value);
                }
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    CheckStrings(item);
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }

    /// <summary>Parses a file of at most 16 MB.</summary>
    public static JsonDocument ParseFile(string path)
    {
        using var stream = File.OpenRead(path);
        return stream.Length <= MaxBytes
            ? Parse(stream, path)
            : throw new ModelFormatException($"{path} has {stream.Length} bytes; at most {MaxBytes} are read");
    }

    /// <summary>Where it came from.</summary>
    public string Origin => origin;

    /// <summary>The first of these keys that is there and not null.</summary>
    public JsonElement? Find(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_text is { } own && own.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null)
                return value;
            if (root.TryGetProperty(key, out value) && value.ValueKind != JsonValueKind.Null)
                return value;
        }
        return null;
    }

    /// <summary>A whole number from 1 to 2^31-1, or null.</summary>
    public int? Integer(params ReadOnlySpan<string> keys) => Find(keys) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0 ? number
        : throw new ModelFormatException($"{origin}: '{keys[0]}' is {value}; a whole number above 0 was expected");

    /// <summary>A whole number that must be there.</summary>
    public int RequiredInteger(params ReadOnlySpan<string> keys) => Integer(keys) ?? throw Missing(keys[0]);

    /// <summary>A finite number, or null.</summary>
    public double? Number(params ReadOnlySpan<string> keys) => Find(keys) is { } value ? Finite(value, keys[0]) : null;

    /// <summary>A finite number that must be there.</summary>
    public double RequiredNumber(params ReadOnlySpan<string> keys) => Number(keys) ?? throw Missing(keys[0]);

    /// <summary>A string, or null.</summary>
    public string? Text(string key) => Find(key) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A member of an object, as a number.</summary>
    public double? Number(JsonElement parent, string key) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? Finite(value, key) : null;

    /// <summary>The error of a missing key.</summary>
    public ModelFormatException Missing(string key) => new($"{origin} has no '{key}'; the folder is incomplete or of a kind this engine does not read");

    private double Finite(JsonElement value, string key) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number
        : throw new ModelFormatException($"{origin}: '{key}' is {value}; a number was expected");
}
