using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Tokens;

/// <summary>POST /detokenize.</summary>
internal sealed class DetokenizeEndpoint(RequestFrame frame)
{
    public Task AnswerAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var fields = new Fields(body.RootElement, TokenParameters.Detokenize);
        var (model, text) = await TokenEndpoints.HoldAsync(http, scope, directory, fields.TakeString("model"));
        var ids = Ids(fields.Take("tokens"), text.VocabularySize);
        fields.Finish();

        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteString("content", text.Decode(ids));
        json.WriteEndObject();
    });

    private static int[] Ids(JsonElement value, int vocabulary)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("tokens", "an array of token ids", value);
        var ids = new int[value.GetArrayLength()];
        var at = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var id) || id < 0 || id >= vocabulary)
                throw RefusedException.Field($"tokens[{at}]", $"'tokens[{at}]' is not a token id of this model; it has ids 0 to {vocabulary - 1}.");
            ids[at++] = id;
        }
        return ids;
    }
}
