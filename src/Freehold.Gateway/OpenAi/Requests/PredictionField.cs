using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>The text that the answer is expected to hold, <c>prediction</c>.</summary>
internal static class PredictionField
{
    public static string? Take(Fields fields)
    {
        if (!fields.TryTake("prediction", out var value))
            return null;
        var prediction = fields.Child("prediction", value);
        var type = prediction.TakeString("type");
        if (type is not (null or "content"))
            throw RefusedException.Field(prediction.PathOf("type"), $"'{prediction.PathOf("type")}' is '{type}'; it must be content.", ErrorCodes.UnsupportedValue);
        var content = prediction.Take("content");
        var text = content.ValueKind switch
        {
            JsonValueKind.String => Fields.Text(content, prediction.PathOf("content")),
            JsonValueKind.Array => string.Concat(content.EnumerateArray().Select((part, index) => Part(prediction.Child("content", index, part)))),
            _ => throw Fields.WrongType(prediction.PathOf("content"), "a string or an array of parts", content),
        };
        if (type is null)
            prediction.Take("type");
        prediction.Finish();
        return text;
    }

    private static string Part(Fields part)
    {
        var type = Fields.Text(part.Take("type"), part.PathOf("type"));
        if (type != "text")
            throw RefusedException.Field(part.PathOf("type"), $"'{part.PathOf("type")}' is '{type}'; it must be text.", ErrorCodes.UnsupportedValue);
        var text = Fields.Text(part.Take("text"), part.PathOf("text"));
        part.Finish();
        return text;
    }
}
