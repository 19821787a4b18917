using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Ollama.Requests;

/// <summary>A body of POST /api/embed or of the older /api/embeddings, every field read or refused.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Texts">The texts; there may be none.</param>
/// <param name="Dimensions">The dimensions asked for, or null.</param>
/// <param name="Truncate">Whether texts that are too long are cut, and not refused.</param>
/// <param name="Context">The context asked for, or null.</param>
/// <param name="KeepAlive">How long the model stays afterwards; null where that is not said.</param>
/// <param name="Inert">What nothing depends on.</param>
internal sealed record EmbedRequest(string? Model, IReadOnlyList<string> Texts, int? Dimensions, bool Truncate, int? Context, TimeSpan? KeepAlive, InertFields Inert)
{
    /// <summary>Texts one request may hold.</summary>
    private const int MaxTexts = 2048;

    public static EmbedRequest Read(JsonElement body)
    {
        var fields = new Fields(body, OllamaParameters.Embed);
        var model = fields.TakeString("model");
        var texts = fields.TryTake("input", out var input) ? Input(input) : [];
        var dimensions = fields.TakeInt32("dimensions", 1, int.MaxValue);
        var truncate = fields.TakeBoolean("truncate") ?? false;
        var context = OptionFields.TakeContext(fields);
        var keepAlive = AnswerFields.TakeKeepAlive(fields);
        fields.Finish();
        return new EmbedRequest(model, texts, dimensions, truncate, context, keepAlive, fields.Inert);
    }

    public static EmbedRequest ReadOlder(JsonElement body)
    {
        var fields = new Fields(body, OllamaParameters.Embeddings);
        var model = fields.TakeString("model");
        var prompt = fields.TakeString("prompt") ?? "";
        var context = OptionFields.TakeContext(fields);
        var keepAlive = AnswerFields.TakeKeepAlive(fields);
        fields.Finish();
        return new EmbedRequest(model, prompt.Length > 0 ? [prompt] : [], null, false, context, keepAlive, fields.Inert);
    }

    private static List<string> Input(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return Fields.Text(value, "input") is { Length: > 0 } only ? [only] : [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("input", "a string or an array of strings", value);
        if (value.GetArrayLength() > MaxTexts)
            throw RefusedException.Field("input", $"'input' has {value.GetArrayLength()} texts; at most {MaxTexts} are taken.");
        var texts = new List<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            var path = $"input[{texts.Count}]";
            var text = Fields.Text(item, path);
            texts.Add(text.Length > 0 ? text : throw RefusedException.Field(path, $"'{path}' is an empty string."));
        }
        return texts;
    }
}
