using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Freehold.Models.Files;

/// <summary>Metadata as <see cref="ModelMetadata"/> shows it: arrays that are kept as UTF-8 become strings when they are read.</summary>
internal sealed class MetadataValues(Dictionary<string, object> values) : IReadOnlyDictionary<string, object>
{
    /// <inheritdoc/>
    public object this[string key] => Shown(values[key]);

    /// <inheritdoc/>
    public IEnumerable<string> Keys => values.Keys;

    /// <inheritdoc/>
    public IEnumerable<object> Values => values.Values.Select(Shown);

    /// <inheritdoc/>
    public int Count => values.Count;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => values.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object value)
    {
        var found = values.TryGetValue(key, out value);
        if (found)
            value = Shown(value!);
        return found;
    }

    /// <summary>An array of strings as it is kept; null where the key is absent, or its value is anything else.</summary>
    public TextArray? FindTexts(string key) => values.GetValueOrDefault(key) as TextArray;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() =>
        values.Select(pair => KeyValuePair.Create(pair.Key, Shown(pair.Value))).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static object Shown(object value) => value is TextArray texts ? texts.Strings : value;
}
