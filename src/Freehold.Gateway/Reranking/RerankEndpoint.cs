using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.Ollama;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Reranking;

/// <summary>POST /v1/rerank and /rerank in Jina's form, POST /v2/rerank in Cohere's.</summary>
internal sealed class RerankEndpoint(RequestFrame frame)
{
    public Task AnswerJinaAsync(HttpContext http, IModelDirectory directory) => AnswerAsync(http, directory, RerankParameters.Jina, returnsDocuments: true, WriteJina);

    public Task AnswerCohereAsync(HttpContext http, IModelDirectory directory) => AnswerAsync(http, directory, RerankParameters.Cohere, returnsDocuments: false, WriteCohere);

    private Task AnswerAsync(HttpContext http, IModelDirectory directory, ParameterTable table, bool returnsDocuments, Action<Utf8JsonWriter, ServedModel, RerankRequest, RelevanceScores> write) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = RerankRequest.Read(body.RootElement, table, returnsDocuments);
        var card = ModelNames.Find(directory, request.Model);
        if (!card.Reranks && !card.Embeds)
            throw RefusedException.Field("model", $"The model '{card.Id}' generates text and ranks nothing; name a cross-encoder or a model of embeddings.", ErrorCodes.UnsupportedValue);
        var model = await scope.HoldAsync(directory, card, Cutoff.Of(http).Token);
        var reranker = model.Reranker ?? new EmbeddingReranker(model, scope.Principal, request.User);
        var scores = await reranker.ScoreAsync(request.Query, request.Documents, request.MaxTokensPerDocument, Cutoff.Of(http).Token);
        if (scores.Scores.Count != request.Documents.Count)
            throw new InvalidOperationException($"{request.Documents.Count} documents were given and {scores.Scores.Count} scores came back");
        scope.CountEmbedding(scores.Tokens);

        request.Inert.Tell(http);
        if (scores.Cut > 0)
            http.Response.Headers[EmbedEndpoint.TruncatedHeader] = $"{scores.Cut} of {request.Documents.Count}";
        http.Response.ContentType = JsonText.ContentType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, JsonText.WriterOptions);
        json.WriteStartObject();
        write(json, model, request, scores);
        json.WriteEndObject();
    });

    private static void WriteJina(Utf8JsonWriter json, ServedModel model, RerankRequest request, RelevanceScores scores)
    {
        json.WriteString("model", model.Id);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", scores.Tokens);
        json.WriteNumber("total_tokens", scores.Tokens);
        json.WriteEndObject();
        WriteResults(json, request, scores);
    }

    // Without billed_units: nothing is billed here.
    private static void WriteCohere(Utf8JsonWriter json, ServedModel model, RerankRequest request, RelevanceScores scores)
    {
        json.WriteString("id", Guid.NewGuid());
        WriteResults(json, request, scores);
        json.WriteStartObject("meta");
        json.WriteStartObject("api_version");
        json.WriteString("version", "2");
        json.WriteEndObject();
        json.WriteStartObject("tokens");
        json.WriteNumber("input_tokens", scores.Tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // The most relevant first; of equals the one that was named first.
    private static void WriteResults(Utf8JsonWriter json, RerankRequest request, RelevanceScores scores)
    {
        json.WriteStartArray("results");
        foreach (var index in Enumerable.Range(0, scores.Scores.Count).OrderByDescending(index => scores.Scores[index]).Take(request.Top))
        {
            json.WriteStartObject();
            json.WriteNumber("index", index);
            json.WriteNumber("relevance_score", scores.Scores[index]);
            if (request.ReturnDocuments)
            {
                json.WriteStartObject("document");
                json.WriteString("text", request.Documents[index]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
