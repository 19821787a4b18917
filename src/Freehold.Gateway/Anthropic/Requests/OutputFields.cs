using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Anthropic.Requests;

/// <summary>What <c>output_config</c> says: the form an answer must have, and how much effort it is worth.</summary>
/// <param name="Format">The form; null for any.</param>
/// <param name="Effort">How much the model is to think, in the words of templates; null: as the template has it.</param>
internal sealed record OutputFields(ChatResponseFormat? Format, string? Effort)
{
    public static OutputFields Take(Fields request)
    {
        if (!request.TryTake("output_config", out var value))
            return new OutputFields(null, null);
        var config = request.Child("output_config", value);
        var format = config.TryTake("format", out var asked) ? Read(config.Child("format", asked)) : null;
        var (effort, path) = (config.TakeString("effort"), config.PathOf("effort"));
        config.Finish();
        return effort is null or "low" or "medium" or "high" or "xhigh" or "max" ? new OutputFields(format, effort is null ? null : ThinkingWish.LevelOf(effort))
            : throw RefusedException.Field(path, $"'{path}' is '{effort}'; it must be low, medium, high, xhigh or max.", ErrorCodes.UnsupportedValue);
    }

    private static ChatResponseFormat Read(Fields format)
    {
        var path = format.PathOf("type");
        var type = Fields.Text(format.Take("type"), path);
        if (type != "json_schema")
            throw RefusedException.Field(path, $"'{path}' is '{type}'; it must be json_schema.", ErrorCodes.UnsupportedValue);
        var schema = format.Take("schema");
        if (schema.ValueKind != JsonValueKind.Object)
            throw Fields.WrongType(format.PathOf("schema"), "an object", schema);
        format.Finish();
        return ChatResponseFormat.ForJsonSchema(WellFormed.Copy(schema, format.PathOf("schema")));
    }
}
