using System.Text.Json;
using System.Text.Unicode;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Tokens;

/// <summary>POST /tokenize.</summary>
internal sealed class TokenizeEndpoint(RequestFrame frame)
{
    public Task AnswerAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var fields = new Fields(body.RootElement, TokenParameters.Tokenize);
        var (model, text) = await TokenEndpoints.HoldAsync(http, scope, directory, fields.TakeString("model"));
        var content = Fields.Text(fields.Take("content"), "content");
        var addSpecial = fields.TakeBoolean("add_special") ?? false;
        var parseSpecial = fields.TakeBoolean("parse_special") ?? true;
        var withPieces = fields.TakeBoolean("with_pieces") ?? false;
        fields.Finish();
        var ids = text.Encode(content, parseSpecial, addSpecial);

        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("tokens");
        foreach (var id in ids)
        {
            if (withPieces)
                WritePiece(json, id, text.Bytes(id));
            else
                json.WriteNumberValue(id);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WritePiece(Utf8JsonWriter json, int id, byte[] piece)
    {
        json.WriteStartObject();
        json.WriteNumber("id", id);
        if (Utf8.IsValid(piece))
        {
            json.WriteString("piece", piece);
        }
        else
        {
            json.WriteStartArray("piece");
            foreach (var value in piece)
                json.WriteNumberValue(value);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
