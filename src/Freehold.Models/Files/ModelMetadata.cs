using System.Diagnostics.CodeAnalysis;

namespace Freehold.Models.Files;

/// <summary>
/// A model's key-value metadata. Values are boxed as GGUF types them: byte, sbyte, ushort, short, uint, int, ulong, long, float, double, bool,
/// <see cref="string"/>, or an array of one of these (<c>string[]</c>, <c>float[]</c>, <c>int[]</c>, ...).
/// </summary>
public sealed class ModelMetadata(IReadOnlyDictionary<string, object> values)
{
    /// <summary>Bytes of text that one array of strings may have.</summary>
    internal const int MaxTextBytes = int.MaxValue / 2;

    /// <summary>All pairs.</summary>
    public IReadOnlyDictionary<string, object> Values { get; } = values;

    /// <summary>An array of strings as UTF-8; null where the key is absent or its value is anything else.</summary>
    /// <exception cref="ModelFormatException">It has more than <see cref="MaxTextBytes"/> bytes.</exception>
    internal TextArray? FindTexts(string key) =>
        (Values as MetadataValues)?.FindTexts(key) ?? (TryGet<string[]>(key, out var strings)
            ? TextArray.From(strings, MaxTextBytes) ?? throw new ModelFormatException($"the metadata's '{key}' has more than {MaxTextBytes} bytes of text; no known vocabulary comes near")
            : null);

    /// <summary><c>general.architecture</c>.</summary>
    /// <exception cref="ModelFormatException">It is missing.</exception>
    public string Architecture => GetString("general.architecture");

    /// <summary>A string that must be there.</summary>
    /// <exception cref="ModelFormatException">It is missing or no string.</exception>
    public string GetString(string key) =>
        TryGet<string>(key, out var value) ? value : throw Missing(key, "a string");

    /// <summary>A string, or what stands in for it.</summary>
    [return: NotNullIfNotNull(nameof(otherwise))]
    public string? GetString(string key, string? otherwise) => TryGet<string>(key, out var value) ? value : otherwise;

    /// <summary>A whole number of any width that must be there and fit an int.</summary>
    /// <exception cref="ModelFormatException">It is missing, no whole number, or too large.</exception>
    public int GetInt32(string key) => FindInt32(key) ?? throw Missing(key, "a whole number");

    /// <summary>A whole number, or what stands in for it.</summary>
    public int GetInt32(string key, int otherwise) => FindInt32(key) ?? otherwise;

    /// <summary>A number of any width.</summary>
    /// <exception cref="ModelFormatException">It is missing or no finite number.</exception>
    public double GetDouble(string key) => FindDouble(key) ?? throw Missing(key, "a number");

    /// <summary>A number, or what stands in for it.</summary>
    public double GetDouble(string key, double otherwise) => FindDouble(key) ?? otherwise;

    /// <summary>A truth value, or what stands in for it.</summary>
    public bool GetBoolean(string key, bool otherwise) => TryGet<bool>(key, out var value) ? value : otherwise;

    /// <summary>Finds a value of exactly this type.</summary>
    public bool TryGet<T>(string key, [NotNullWhen(true)] out T? value)
    {
        if (Values.TryGetValue(key, out var boxed) && boxed is T typed)
        {
            value = typed;
            return true;
        }
        value = default;
        return false;
    }

    private int? FindInt32(string key)
    {
        if (!Values.TryGetValue(key, out var boxed))
            return null;
        long? value = boxed switch
        {
            byte v => v,
            sbyte v => v,
            ushort v => v,
            short v => v,
            uint v => v,
            int v => v,
            long v => v,
            ulong v when v <= long.MaxValue => (long)v,
            _ => null,
        };
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw new ModelFormatException($"the metadata's '{key}' is {boxed}; a whole number that fits 32 bits was expected");
    }

    private double? FindDouble(string key)
    {
        if (!Values.TryGetValue(key, out var boxed))
            return null;
        var value = boxed switch
        {
            float v => v,
            double v => v,
            string or bool or Array => double.NaN,
            IConvertible v => v.ToDouble(null),
            _ => double.NaN,
        };
        return double.IsFinite(value) ? value : throw new ModelFormatException($"the metadata's '{key}' is {boxed}; a finite number was expected");
    }

    private ModelFormatException Missing(string key, string what) =>
        new(Values.TryGetValue(key, out var value)
            ? $"the metadata's '{key}' is {value.GetType().Name}; {what} was expected"
            : $"the metadata has no '{key}'; the file is incomplete or of a kind this engine does not read");
}
