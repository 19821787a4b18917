using System.Globalization;
using System.Text.Json;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Requests;

/// <summary>
/// Reads a JSON object field by field, by the endpoint's <see cref="ParameterTable"/>: what is honoured is taken by name, and
/// <see cref="Finish"/> decides about what is left. As in OpenAI's API a null counts as absent. Every complaint names the field by its path.
/// </summary>
internal sealed class Fields
{
    private readonly Dictionary<string, JsonElement> _left = new(StringComparer.Ordinal);
    private readonly ParameterTable _table;
    private readonly string _path, _pattern;

    /// <summary>A request's body.</summary>
    public Fields(JsonElement body, ParameterTable table) : this(body, table, "", "", new InertFields())
    {
    }

    private Fields(JsonElement element, ParameterTable table, string path, string pattern, InertFields inert)
    {
        (_table, _path, _pattern, Inert) = (table, path, pattern, inert);
        if (element.ValueKind != JsonValueKind.Object)
            throw RefusedException.Field(path.Length == 0 ? null : path, $"{(path.Length == 0 ? "The request body" : $"'{path}'")} must be a JSON object.", ErrorCodes.InvalidType);
        foreach (var property in element.EnumerateObject())
            _left[NameOf(property)] = property.Value;
    }

    /// <summary>What was accepted though nothing depends on it, nested objects included.</summary>
    public InertFields Inert { get; }

    /// <summary>The full path of a field, as errors name it.</summary>
    public string PathOf(string name) => Join(_path, name);

    /// <summary>An object inside this one.</summary>
    public Fields Child(string name, JsonElement element) => new(element, _table, PathOf(name), Join(_pattern, name), Inert);

    /// <summary>An object inside an array of this one.</summary>
    public Fields Child(string name, int index, JsonElement element) => new(element, _table, $"{PathOf(name)}[{index}]", $"{Join(_pattern, name)}[]", Inert);

    /// <summary>The objects of an array, each as it is reached.</summary>
    /// <param name="name">The array's name.</param>
    /// <param name="array">What was taken of that name.</param>
    /// <param name="items">What they are, for people.</param>
    /// <param name="most">How many there may be.</param>
    /// <exception cref="RefusedException">It is no array, or has more; or, at its turn, an item is no object.</exception>
    public IEnumerable<Fields> Children(string name, JsonElement array, string items, int most = int.MaxValue)
    {
        if (array.ValueKind != JsonValueKind.Array)
            throw WrongType(PathOf(name), $"an array of {items}", array);
        return array.GetArrayLength() <= most ? array.EnumerateArray().Select((element, index) => Child(name, index, element))
            : throw RefusedException.Field(PathOf(name), $"'{PathOf(name)}' has {array.GetArrayLength()} {items}; at most {most} are taken.");
    }

    /// <summary>Takes a field; false when it is absent or null.</summary>
    public bool TryTake(string name, out JsonElement value)
    {
        if (_table.Find(Join(_pattern, name))?.State != ParameterState.Honoured)
            throw new InvalidOperationException($"'{Join(_pattern, name)}' is read but {_table.Endpoint} does not honour it");
        return _left.Remove(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    public JsonElement Take(string name) =>
        TryTake(name, out var value) ? value : throw RefusedException.Field(PathOf(name), $"Missing required parameter: '{PathOf(name)}'.", ErrorCodes.MissingRequiredParameter);

    /// <summary>A JSON Schema as a document of its own, or null when absent.</summary>
    public JsonElement? TakeSchema(string name) => !TryTake(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Object ? WellFormed.Copy(value, PathOf(name)) : throw WrongType(PathOf(name), "a JSON Schema", value);

    public string? TakeString(string name) => TryTake(name, out var value) ? Text(value, PathOf(name)) : null;

    public bool? TakeBoolean(string name)
    {
        if (!TryTake(name, out var value))
            return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw WrongType(PathOf(name), "a boolean", value);
    }

    public int? TakeInt32(string name, int minimum, int maximum) => (int?)TakeInt64(name, minimum, maximum);

    public long? TakeInt64(string name, long minimum, long maximum)
    {
        if (!TryTake(name, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Number)
            throw WrongType(PathOf(name), "an integer", value);
        if (!TryInteger(value, out var number))
            throw RefusedException.Field(PathOf(name), $"'{PathOf(name)}' must be a whole number; got {value.GetRawText()}.", ErrorCodes.InvalidType);
        return number >= minimum && number <= maximum ? number
            : throw RefusedException.Field(PathOf(name), $"'{PathOf(name)}' must be from {minimum} to {maximum}; got {number}.");
    }

    /// <summary>A finite number inside its bounds, or null when absent.</summary>
    public float? TakeSingle(string name, double minimum, double maximum)
    {
        if (!TryTake(name, out var value))
            return null;
        var number = Number(value, PathOf(name));
        return number >= minimum && number <= maximum ? (float)number
            : throw RefusedException.Field(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"'{PathOf(name)}' must be from {minimum} to {maximum}; got {value.GetRawText()}."));
    }

    /// <summary>Decides about every field that was not taken: accepts what is inert, refuses what is not honoured and what nobody knows.</summary>
    public void Finish()
    {
        foreach (var (name, value) in _left)
        {
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            var path = PathOf(name);
            switch (_table.Find(Join(_pattern, name)))
            {
                case null:
                    throw RefusedException.Field(path, $"Unrecognized request argument supplied: '{path}'. It is not known here; leave it out.", ErrorCodes.UnknownParameter);
                case { State: ParameterState.Inert } inert:
                    Inert.Add(inert.Name);
                    break;
                case { State: ParameterState.Refused } refused when refused.Neutral?.Invoke(value) is not true:
                    throw RefusedException.Field(path, $"'{path}' {refused.Note}; leave it out.", ErrorCodes.UnsupportedParameter);
                case { State: ParameterState.Honoured } honoured:
                    throw new InvalidOperationException($"'{honoured.Name}' was not read, but {_table.Endpoint} honours it");
            }
        }
    }

    public static string Text(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw WrongType(path, "a string", value);
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw RefusedException.Field(path, $"'{path}' is not valid Unicode (invalid UTF-8 or half of a surrogate pair).");
        }
    }

    public static double Number(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Number)
            throw WrongType(path, "a number", value);
        return value.TryGetDouble(out var number) && double.IsFinite(number) ? number
            : throw RefusedException.Field(path, $"'{path}' is out of range.");
    }

    /// <summary>Whole numbers as JSON writes them: 1, 1.0 and 1e3 alike.</summary>
    public static bool TryInteger(JsonElement value, out long number)
    {
        if (value.TryGetInt64(out number))
            return true;
        if (value.TryGetDouble(out var real) && Math.Abs(real) <= 1L << 53 && Math.Floor(real) == real)
        {
            number = (long)real;
            return true;
        }
        return false;
    }

    public static RefusedException WrongType(string path, string expected, JsonElement value) =>
        RefusedException.Field(path, $"Invalid type for '{path}': expected {expected}, but got {KindOf(value)}.", ErrorCodes.InvalidType);

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    public static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw RefusedException.Field(null, "A field's name is not valid Unicode.");
        }
    }
}
