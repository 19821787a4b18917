using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>The calls that an assistant's earlier message made.</summary>
internal static class CallFields
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static List<FunctionCallContent> Take(Fields message)
    {
        if (!message.TryTake("tool_calls", out var value))
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType(message.PathOf("tool_calls"), "an array of calls", value);
        var calls = new List<FunctionCallContent>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
            calls.Add(ReadOne(message.Child("tool_calls", calls.Count, element)));
        return calls;
    }

    private static FunctionCallContent ReadOne(Fields call)
    {
        var function = call.Child("function", call.Take("function"));
        var (name, written) = (Fields.Text(function.Take("name"), function.PathOf("name")), Fields.Text(function.Take("arguments"), function.PathOf("arguments")));
        var arguments = Arguments(written, function.PathOf("arguments"));
        function.Finish();
        var kind = call.TakeString("type") ?? "function";
        if (kind != "function")
            throw RefusedException.Field(call.PathOf("type"), $"'{call.PathOf("type")}' is '{kind}'; only functions are called here.", "unsupported_value");
        var id = Fields.Text(call.Take("id"), call.PathOf("id"));
        call.Finish();
        return new FunctionCallContent(id, name, arguments);
    }

    /// <summary>Arguments that are written as a JSON object in a string.</summary>
    /// <exception cref="RefusedException">They are none.</exception>
    public static Dictionary<string, object?> Arguments(string written, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(written.Length == 0 ? "{}" : written, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document.RootElement.EnumerateObject().ToDictionary(Fields.NameOf, argument => (object?)WellFormed.Copy(argument.Value, path), StringComparer.Ordinal);
        }
        catch (JsonException)
        {
        }
        throw RefusedException.Field(path, $"'{path}' must be a JSON object written as a string.");
    }
}
