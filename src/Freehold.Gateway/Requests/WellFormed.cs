using System.Text.Json;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Requests;

/// <summary>JSON that is handed on as it is: its texts must be Unicode, for whoever reads them next would fail on them.</summary>
internal static class WellFormed
{
    /// <summary>A copy that outlives the request's body.</summary>
    /// <exception cref="RefusedException">A text or a name in it is half of a surrogate pair.</exception>
    public static JsonElement Copy(JsonElement value, string path)
    {
        Check(value, path);
        return value.Clone();
    }

    private static void Check(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                Fields.Text(value, path);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    Check(item, path);
                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    Fields.NameOf(property);
                    Check(property.Value, path);
                }
                break;
        }
    }
}
