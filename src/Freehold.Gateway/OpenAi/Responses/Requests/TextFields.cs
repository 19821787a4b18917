using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Responses.Requests;

/// <summary>What an answer must look like (<c>text.format</c>), into <see cref="ChatOptions"/>.</summary>
internal static class TextFields
{
    public static void Take(Fields fields, ChatOptions options)
    {
        if (!fields.TryTake("text", out var value))
            return;
        var text = fields.Child("text", value);
        if (text.TryTake("format", out var format))
            options.ResponseFormat = Format(text.Child("format", format), options);
        text.Finish();
    }

    private static ChatResponseFormat? Format(Fields format, ChatOptions options)
    {
        var kind = Fields.Text(format.Take("type"), format.PathOf("type"));
        var made = kind switch
        {
            "text" => null,
            "json_object" => ChatResponseFormat.Json,
            "json_schema" => ResponseFormatFields.TakeSchema(format, options),
            _ => throw RefusedException.Field(format.PathOf("type"), $"'{format.PathOf("type")}' is '{kind}'; it must be text, json_object or json_schema."),
        };
        foreach (var name in (ReadOnlySpan<string>)["name", "description", "schema", "strict"])
            if (format.TryTake(name, out _))
                throw RefusedException.Field(format.PathOf(name), $"'{format.PathOf(name)}' is only allowed when '{format.PathOf("type")}' is json_schema.");
        format.Finish();
        return made;
    }
}
