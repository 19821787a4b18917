using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>What an answer must look like: <c>response_format</c>, and beyond OpenAI's <c>regex</c> and <c>grammar</c> (GBNF), into <see cref="ChatOptions"/>.</summary>
internal static class ResponseFormatFields
{
    public static void Take(Fields fields, ChatOptions options)
    {
        options.ResponseFormat = Format(fields, options);
        foreach (var name in (ReadOnlySpan<string>)["regex", "grammar"])
            if (fields.TakeString(name) is { } source)
                options.AdditionalProperties![name] = source;
    }

    private static ChatResponseFormat? Format(Fields fields, ChatOptions options)
    {
        if (!fields.TryTake("response_format", out var value))
            return null;
        var format = fields.Child("response_format", value);
        ChatResponseFormatJson? schema = null;
        if (format.TryTake("json_schema", out var wrapped))
            schema = Schema(format.Child("json_schema", wrapped), options);
        var (kind, path) = (Fields.Text(format.Take("type"), format.PathOf("type")), format.PathOf("json_schema"));
        format.Finish();
        return kind switch
        {
            "json_schema" => schema ?? throw RefusedException.Field(path, $"Missing required parameter: '{path}'.", ErrorCodes.MissingRequiredParameter),
            _ when schema is not null => throw RefusedException.Field(path, $"'{path}' is only allowed when 'response_format.type' is json_schema."),
            "text" => null,
            "json_object" => ChatResponseFormat.Json,
            _ => throw RefusedException.Field(format.PathOf("type"), $"'{format.PathOf("type")}' is '{kind}'; it must be text, json_object or json_schema."),
        };
    }

    private static ChatResponseFormatJson Schema(Fields fields, ChatOptions options)
    {
        var format = TakeSchema(fields, options);
        fields.Finish();
        return format;
    }

    /// <summary>Takes name, description, schema and strictness from the object that holds them.</summary>
    public static ChatResponseFormatJson TakeSchema(Fields fields, ChatOptions options)
    {
        options.AdditionalProperties!["strict"] = fields.TakeBoolean("strict") ?? false;
        var (name, description) = (fields.TakeString("name"), fields.TakeString("description"));
        var schema = fields.Take("schema");
        if (schema.ValueKind != JsonValueKind.Object)
            throw Fields.WrongType(fields.PathOf("schema"), "a JSON Schema", schema);
        if (name is null)
            fields.Take("name");
        return ChatResponseFormat.ForJsonSchema(WellFormed.Copy(schema, fields.PathOf("schema")), name, description);
    }
}
