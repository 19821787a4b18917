using System.Text.Json;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Requests;

/// <summary>The strings that end an answer.</summary>
internal static class StopStringsField
{
    /// <summary>How many one request may have.</summary>
    public const int Most = 16;

    /// <summary>Takes a string or an array of strings; null where there is none.</summary>
    public static List<string>? Take(Fields fields, string name)
    {
        if (!fields.TryTake(name, out var value))
            return null;
        var path = fields.PathOf(name);
        var stops = new List<string>();
        if (value.ValueKind == JsonValueKind.Array)
        {
            if (value.GetArrayLength() > Most)
                throw RefusedException.Field(path, $"'{path}' has {value.GetArrayLength()} strings; at most {Most} are taken.");
            foreach (var item in value.EnumerateArray())
                stops.Add(Fields.Text(item, $"{path}[{stops.Count}]"));
        }
        else if (value.ValueKind == JsonValueKind.String)
            stops.Add(Fields.Text(value, path));
        else
            throw Fields.WrongType(path, "a string or an array of strings", value);
        return stops.Exists(string.IsNullOrEmpty) ? throw RefusedException.Field(path, $"'{path}' holds an empty string, which would end every answer at once.")
            : stops.Count == 0 ? null : stops;
    }
}
