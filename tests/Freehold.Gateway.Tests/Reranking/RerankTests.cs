using System.Net;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Reranking;

public class RerankTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A document's score is its length in tenths; each token is a character.</summary>
    private sealed class LengthReranker : IReranker
    {
        public TaskCompletionSource? Hold { get; init; }
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<RelevanceScores> ScoreAsync(string query, IReadOnlyList<string> documents, int? maxTokensPerDocument, CancellationToken cancellationToken)
        {
            if (query == "refuse")
                throw new NotSupportedException("documents[0]");
            if (Hold is not null)
            {
                Begun.SetResult();
                try
                {
                    await Hold.Task.WaitAsync(cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    Ended.SetResult();
                    throw;
                }
            }
            var lengths = documents.Select(document => Math.Min(document.Length, maxTokensPerDocument ?? int.MaxValue)).ToList();
            return new([.. lengths.Select(length => length / 10.0)], lengths.Sum(), documents.Count(document => document.Length > maxTokensPerDocument));
        }
    }

    [Fact]
    public async Task Jinas_form_lists_the_most_relevant_first_and_equals_in_the_order_of_the_request()
    {
        await using var gateway = await RunningGateway.StartAsync(reranker: new LengthReranker());
        foreach (var path in new[] { "/v1/rerank", "/rerank" })
        {
            var (status, body) = await gateway.PostAsync(path, """{"model":"ranker","query":"q","documents":["bb","a",{"text":"cccc"},"dd"],"top_n":3,"user":"u"}""");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal("""{"model":"ranker","usage":{"prompt_tokens":9,"total_tokens":9},"results":[{"index":2,"relevance_score":0.4,"document":{"text":"cccc"}},{"index":0,"relevance_score":0.2,"document":{"text":"bb"}},{"index":3,"relevance_score":0.2,"document":{"text":"dd"}}]}""", body.ToJsonString());
        }
    }

    [Fact]
    public async Task Coheres_form_has_an_id_and_tokens_and_bills_nothing()
    {
        await using var gateway = await RunningGateway.StartAsync(reranker: new LengthReranker());
        var (status, body) = await gateway.PostAsync("/v2/rerank", """{"model":"ranker","query":"q","documents":["a","bb"],"top_n":9}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""[{"index":1,"relevance_score":0.2},{"index":0,"relevance_score":0.1}]""", body["results"]!.ToJsonString());
        Assert.Equal("""{"api_version":{"version":"2"},"tokens":{"input_tokens":3}}""", body["meta"]!.ToJsonString());
        Assert.True(Guid.TryParse((string)body["id"]!, out _));
    }

    [Theory]
    [InlineData("/v1/rerank", true)]
    [InlineData("/v1/rerank", false)]
    [InlineData("/v2/rerank", true)]
    [InlineData("/v2/rerank", false)]
    public async Task Documents_are_returned_where_that_is_asked_for(string path, bool asked)
    {
        await using var gateway = await RunningGateway.StartAsync(reranker: new LengthReranker());
        var (_, body) = await gateway.PostAsync(path, $$"""{"model":"ranker","query":"q","documents":["a"],"return_documents":{{(asked ? "true" : "false")}}}""");
        Assert.Equal(asked ? "a" : null, (string?)body["results"]![0]!["document"]?["text"]);
    }

    [Fact]
    public async Task What_was_cut_is_told()
    {
        await using var gateway = await RunningGateway.StartAsync(reranker: new LengthReranker());
        using var cut = await gateway.Http.PostAsync(new Uri("/v2/rerank", UriKind.Relative), RunningGateway.Json("""{"model":"ranker","query":"q","documents":["a","bbbb"],"max_tokens_per_doc":2}"""), Cancel);
        Assert.Equal("1 of 2", cut.Headers.GetValues("Freehold-Truncated").Single());
        using var whole = await gateway.Http.PostAsync(new Uri("/v2/rerank", UriKind.Relative), RunningGateway.Json("""{"model":"ranker","query":"q","documents":["a"],"max_tokens_per_doc":2}"""), Cancel);
        Assert.False(whole.Headers.Contains("Freehold-Truncated"));
    }

    [Fact]
    public async Task A_model_of_embeddings_ranks_by_the_cosine_of_its_vectors()
    {
        // Of a text of n characters the vector is (n, 1, 0.5).
        await using var gateway = await RunningGateway.StartAsync();
        var (_, body) = await gateway.PostAsync("/v1/rerank", """{"model":"org/lengths","query":"abc","documents":["a","abc","abcdef"],"return_documents":false}""");
        var results = body["results"]!.AsArray();
        Assert.Equal([1, 2, 0], results.Select(result => (int)result!["index"]!));
        Assert.Equal(1, (double)results[0]!["relevance_score"]!, 12);
        Assert.Equal(4.25 / Math.Sqrt(2.25 * 10.25), (double)results[2]!["relevance_score"]!, 12);
        Assert.Equal(22, (int)body["usage"]!["total_tokens"]!);
    }

    [Fact]
    public async Task A_model_that_only_generates_is_refused_by_its_name()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/v1/rerank", """{"model":"parrot","query":"q","documents":["a"]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("model", (string)body["error"]!["param"]!);
        Assert.Contains("'parrot'", (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reranker_is_listed_as_one_and_is_refused_what_it_cannot_do()
    {
        await using var gateway = await RunningGateway.StartAsync(reranker: new LengthReranker());
        Assert.Contains("\"capabilities\":[\"rerank\"]", await gateway.Http.GetStringAsync(new Uri("/v1/models/ranker", UriKind.Relative), Cancel), StringComparison.Ordinal);
        foreach (var (path, fields) in new[] { ("/v1/embeddings", "\"input\":\"x\""), ("/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]"), ("/v1/completions", "\"prompt\":\"x\"") })
        {
            var (status, body) = await gateway.PostAsync(path, $"{{\"model\":\"ranker\",{fields}}}");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal("model", (string)body["error"]!["param"]!);
        }
    }

    [Theory]
    [InlineData("query", "\"documents\":[\"a\"]")]
    [InlineData("query", "\"query\":\"\",\"documents\":[\"a\"]")]
    [InlineData("query", "\"query\":{\"image\":\"x\"},\"documents\":[\"a\"]")]
    [InlineData("query", "\"query\":\"\\ud800\",\"documents\":[\"a\"]")]
    [InlineData("documents", "\"query\":\"q\"")]
    [InlineData("documents", "\"query\":\"q\",\"documents\":[]")]
    [InlineData("documents", "\"query\":\"q\",\"documents\":\"a\"")]
    [InlineData("documents[1]", "\"query\":\"q\",\"documents\":[\"a\",\"\"]")]
    [InlineData("documents[0]", "\"query\":\"q\",\"documents\":[null]")]
    [InlineData("documents[0]", "\"query\":\"q\",\"documents\":[[\"a\"]]")]
    [InlineData("documents[1].text", "\"query\":\"q\",\"documents\":[\"a\",{}]")]
    [InlineData("documents[0].text", "\"query\":\"q\",\"documents\":[{\"text\":1}]")]
    [InlineData("documents[0].image", "\"query\":\"q\",\"documents\":[{\"text\":\"a\",\"image\":\"b\"}]")]
    [InlineData("top_n", "\"query\":\"q\",\"documents\":[\"a\"],\"top_n\":0")]
    [InlineData("max_tokens_per_doc", "\"query\":\"q\",\"documents\":[\"a\"],\"max_tokens_per_doc\":0")]
    [InlineData("rank_fields", "\"query\":\"q\",\"documents\":[\"a\"],\"rank_fields\":[\"title\"]")]
    [InlineData("texts", "\"query\":\"q\",\"texts\":[\"a\"],\"documents\":[\"a\"]")]
    public async Task What_cannot_be_honoured_is_refused_by_name(string param, string fields)
    {
        await using var gateway = await RunningGateway.StartAsync(reranker: new LengthReranker());
        foreach (var path in new[] { "/v1/rerank", "/v2/rerank" })
        {
            var (status, body) = await gateway.PostAsync(path, $"{{\"model\":\"ranker\",{fields}}}");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal(param, (string)body["error"]!["param"]!);
        }
    }

    [Fact]
    public async Task A_request_holds_2048_documents_and_not_one_more()
    {
        await using var gateway = await RunningGateway.StartAsync(reranker: new LengthReranker());
        string Body(int documents) => $$"""{"model":"ranker","query":"q","documents":[{{string.Join(',', Enumerable.Repeat("\"a\"", documents))}}]}""";
        var (status, body) = await gateway.PostAsync("/v1/rerank", Body(2048));
        Assert.Equal((HttpStatusCode.OK, 2048), (status, body["results"]!.AsArray().Count));
        (status, body) = await gateway.PostAsync("/v1/rerank", Body(2049));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("2049", (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_model_refuses_is_worded_by_it()
    {
        await using var gateway = await RunningGateway.StartAsync(reranker: new LengthReranker(),
            explain: failure => failure is NotSupportedException refused ? new Refusal(400, "context_length_exceeded", refused.Message, "too long") : null);
        var (status, body) = await gateway.PostAsync("/v1/rerank", """{"model":"ranker","query":"refuse","documents":["a"]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(("context_length_exceeded", "documents[0]"), ((string)body["error"]!["code"]!, (string)body["error"]!["param"]!));
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_work()
    {
        var reranker = new LengthReranker { Hold = new() };
        await using var gateway = await RunningGateway.StartAsync(reranker: reranker);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var asked = gateway.Http.PostAsync(new Uri("/v1/rerank", UriKind.Relative), RunningGateway.Json("""{"model":"ranker","query":"q","documents":["a"]}"""), leaving.Token);
        await reranker.Begun.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await reranker.Ended.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }
}
