using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Anthropic.Requests;

/// <summary>The form an answer must have, <c>output_config.format</c>.</summary>
internal static class OutputFields
{
    public static ChatResponseFormat? Take(Fields request)
    {
        if (!request.TryTake("output_config", out var value))
            return null;
        var config = request.Child("output_config", value);
        var format = config.TryTake("format", out var asked) ? Read(config.Child("format", asked)) : null;
        config.Finish();
        return format;
    }

    private static ChatResponseFormat Read(Fields format)
    {
        var path = format.PathOf("type");
        var type = Fields.Text(format.Take("type"), path);
        if (type != "json_schema")
            throw RefusedException.Field(path, $"'{path}' is '{type}'; it must be json_schema.", "unsupported_value");
        var schema = format.Take("schema");
        if (schema.ValueKind != JsonValueKind.Object)
            throw Fields.WrongType(format.PathOf("schema"), "an object", schema);
        format.Finish();
        return ChatResponseFormat.ForJsonSchema(schema.Clone());
    }
}
