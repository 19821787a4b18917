using System.Runtime.InteropServices;
using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi;

/// <summary>POST /v1/embeddings.</summary>
internal sealed class EmbeddingEndpoint(RequestFrame frame)
{
    public Task AnswerAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = EmbeddingRequest.Read(body.RootElement);
        var card = ModelNames.Find(directory, request.Model);
        Vectors.Check(card);
        var model = await scope.HoldAsync(directory, card, Cutoff.Of(http).Token);
        var vectors = await Vectors.MakeAsync(scope, model, request.Inputs, request.Dimensions, request.User, truncate: false, Cutoff.Of(http).Token);

        request.Inert.Tell(http);
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        Write(json, model, vectors, request.Base64);
    });

    private static void Write(Utf8JsonWriter json, ServedModel model, GeneratedEmbeddings<Embedding<float>> vectors, bool base64)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var i = 0; i < vectors.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", i);
            json.WritePropertyName("embedding");
            WriteVector(json, vectors[i].Vector.Span, base64);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("model", model.Id);
        var tokens = vectors.Usage?.InputTokenCount;
        if (tokens is { } count)
        {
            json.WriteStartObject("usage");
            json.WriteNumber("prompt_tokens", count);
            json.WriteNumber("total_tokens", count);
            json.WriteEndObject();
        }
        else
            json.WriteNull("usage");
        json.WriteEndObject();
    }

    // Little-endian float32, as OpenAI's clients decode it.
    private static void WriteVector(Utf8JsonWriter json, ReadOnlySpan<float> vector, bool base64)
    {
        if (base64)
        {
            if (!BitConverter.IsLittleEndian)
                throw new PlatformNotSupportedException("base64 vectors are written on little-endian machines only");
            json.WriteBase64StringValue(MemoryMarshal.AsBytes(vector));
            return;
        }
        json.WriteStartArray();
        foreach (var value in vector)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
