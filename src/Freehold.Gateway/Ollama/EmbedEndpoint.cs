using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.Ollama.Answers;
using Freehold.Gateway.Ollama.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Ollama;

/// <summary>POST /api/embed, and the older /api/embeddings for one text.</summary>
internal sealed class EmbedEndpoint(RequestFrame frame, TimeProvider clock)
{
    /// <summary>The header that says how many texts were cut.</summary>
    public const string TruncatedHeader = "Freehold-Truncated";

    public Task EmbedAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        var durations = new Durations(clock);
        using var body = await RequestBody.ReadAsync(http);
        var request = EmbedRequest.Read(body.RootElement);
        var vectors = await MakeAsync(http, scope, directory, request, durations);
        await using var json = Begin(http, request);
        json.WriteStartObject();
        json.WriteString("model", TaggedNames.Of(scope.Model!.Id));
        json.WriteStartArray("embeddings");
        foreach (var vector in vectors)
            WriteVector(json, vector.Vector.Span);
        json.WriteEndArray();
        durations.WriteTotal(json);
        if (vectors.Usage?.InputTokenCount is { } tokens)
            json.WriteNumber("prompt_eval_count", tokens);
        json.WriteEndObject();
    });

    public Task EmbedOneAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = EmbedRequest.ReadOlder(body.RootElement);
        var vectors = await MakeAsync(http, scope, directory, request);
        await using var json = Begin(http, request);
        json.WriteStartObject();
        json.WritePropertyName("embedding");
        WriteVector(json, vectors.Count > 0 ? vectors[0].Vector.Span : []);
        json.WriteEndObject();
    });

    private static async Task<GeneratedEmbeddings<Embedding<float>>> MakeAsync(HttpContext http, RequestScope scope, IModelDirectory directory, EmbedRequest request, Durations? durations = null)
    {
        var card = TaggedNames.Find(directory, request.Model);
        Vectors.Check(card);
        var model = await scope.HoldAsync(directory, card, Cutoff.Of(http).Token, request.KeepAlive);
        durations?.Loaded();
        OptionFields.Check(request.Context, model);
        if (request.Texts.Count == 0)
            return [];
        var vectors = await Vectors.MakeAsync(scope, model, request.Texts, request.Dimensions, null, request.Truncate, Cutoff.Of(http).Token);
        if (vectors.AdditionalProperties?.TryGetValue("truncated", out var found) is true && found is IReadOnlyList<int> truncated)
            http.Response.Headers[TruncatedHeader] = $"{truncated.Count} of {request.Texts.Count}";
        return vectors;
    }

    private static Utf8JsonWriter Begin(HttpContext http, EmbedRequest request)
    {
        request.Inert.Tell(http);
        http.Response.ContentType = JsonText.ContentType;
        return new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
    }

    private static void WriteVector(Utf8JsonWriter json, ReadOnlySpan<float> vector)
    {
        json.WriteStartArray();
        foreach (var value in vector)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
