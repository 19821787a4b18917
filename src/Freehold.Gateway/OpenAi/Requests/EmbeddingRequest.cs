using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>A body of POST /v1/embeddings, every field read or refused.</summary>
internal sealed record EmbeddingRequest(string? Model, IReadOnlyList<string> Inputs, bool Base64, int? Dimensions, string? User, InertFields Inert)
{
    /// <summary>Texts one request may hold, as at OpenAI.</summary>
    public const int MaxInputs = 2048;

    public static EmbeddingRequest Read(JsonElement body)
    {
        var fields = new Fields(body, OpenAiParameters.Embeddings);
        var model = fields.TakeString("model");
        var inputs = Input(fields.Take("input"));
        var base64 = fields.TakeString("encoding_format") switch
        {
            null or "float" => false,
            "base64" => true,
            var other => throw RefusedException.Field("encoding_format", $"'encoding_format' is '{other}'; it must be float or base64."),
        };
        var dimensions = fields.TakeInt32("dimensions", 1, int.MaxValue);
        var user = fields.TakeString("user");
        fields.Finish();
        return new EmbeddingRequest(model, inputs, base64, dimensions, user, fields.Inert);
    }

    private static List<string> Input(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return [NotEmpty(Fields.Text(value, "input"), "input")];
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("input", "a string or an array of strings", value);
        if (value.GetArrayLength() > 0 && value[0].ValueKind is JsonValueKind.Number or JsonValueKind.Array)
            throw RefusedException.Field("input",
                "'input' is token ids, which are refused: made by another model's tokenizer they would give wrong vectors in silence. Send text; with LangChain's OpenAIEmbeddings set check_embedding_ctx_length=False.", ErrorCodes.UnsupportedValue);
        if (value.GetArrayLength() is 0 or > MaxInputs)
            throw RefusedException.Field("input", $"'input' has {value.GetArrayLength()} texts; from 1 to {MaxInputs} are taken.");
        var inputs = new List<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
            inputs.Add(NotEmpty(Fields.Text(item, $"input[{inputs.Count}]"), $"input[{inputs.Count}]"));
        return inputs;
    }

    private static string NotEmpty(string text, string path) =>
        text.Length > 0 ? text : throw RefusedException.Field(path, $"'{path}' is an empty string.");
}
