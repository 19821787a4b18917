using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Ollama;

/// <summary>What is served, vectors, and what is left to the command line.</summary>
public class ModelTests
{
    private static async Task<JsonNode> GetAsync(RunningGateway gateway, string path) =>
        JsonNode.Parse(await gateway.Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;

    [Fact]
    public async Task The_version_is_the_level_of_Ollama_with_ours_beside_it()
    {
        await using var gateway = await RunningGateway.StartAsync();
        Assert.Equal("""{"version":"0.13.4","freehold_version":"0.1.0"}""", (await GetAsync(gateway, "/api/version")).ToJsonString());
    }

    [Theory]
    [InlineData("/api/tags")]
    [InlineData("/api/ps")]
    public async Task Models_are_listed_with_their_tags(string path)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var models = (await GetAsync(gateway, path))["models"]!.AsArray();
        Assert.Equal(["parrot:latest", "org/lengths:latest"], models.Select(model => (string)model!["name"]!));
        Assert.Equal("""{"parent_model":"","format":"gguf","family":"llama","families":["llama"],"parameter_size":"134.52M","quantization_level":"Q4_1"}""", models[0]!["details"]!.ToJsonString());
        Assert.Equal(91_000_000, (long)models[0]!["size"]!);
    }

    [Fact]
    public async Task A_loaded_model_never_expires_and_tells_its_context()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var model = (await GetAsync(gateway, "/api/ps"))["models"]![0]!;
        Assert.Equal(4096, (int)model["context_length"]!);
        Assert.Equal(9999, ((DateTime)model["expires_at"]!).Year);
    }

    [Theory]
    [InlineData("""{"model":"parrot"}""", "completion", "llama", 4096)]
    [InlineData("""{"name":"parrot:latest"}""", "completion", "llama", 4096)]
    [InlineData("""{"model":"org/lengths"}""", "embedding", "unknown", 512)]
    public async Task Show_tells_what_a_model_can_do_and_the_context_that_is_served(string request, string capability, string architecture, int context)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/api/show", request);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(capability, (string)body["capabilities"]!.AsArray().Single()!);
        Assert.Equal(architecture, (string)body["model_info"]!["general.architecture"]!);
        Assert.Equal(context, (int)body["model_info"]![$"{architecture}.context_length"]!);
    }

    [Theory]
    [InlineData("/api/chat", """{"model":"other:latest","messages":[]}""")]
    [InlineData("/api/chat", """{"model":"parrot:7b","messages":[]}""")]
    [InlineData("/api/show", """{"model":"other"}""")]
    [InlineData("/api/embed", """{"model":"other","input":"x"}""")]
    public async Task An_unknown_model_is_404_with_the_names_there_are(string path, string request)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync(path, request);
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("'parrot'", (string)body["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vectors_come_one_a_text_and_for_no_text_none()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (_, two) = await gateway.PostAsync("/api/embed", """{"model":"org/lengths","input":["abc","de"],"dimensions":3,"truncate":false}""");
        Assert.Equal("[[3,1,0.5],[2,1,0.5]]", two["embeddings"]!.ToJsonString());
        Assert.Equal(11, (int)two["prompt_eval_count"]!);
        Assert.Equal("org/lengths:latest", (string)two["model"]!);
        foreach (var input in new[] { "\"\"", "[]" })
            Assert.Equal("[]", (await gateway.PostAsync("/api/embed", $$"""{"model":"org/lengths","input":{{input}}}""")).Body["embeddings"]!.ToJsonString());
        Assert.Equal("[4,1,0.5]", (await gateway.PostAsync("/api/embeddings", """{"model":"org/lengths","prompt":"abcd"}""")).Body["embedding"]!.ToJsonString());
        Assert.Equal("[]", (await gateway.PostAsync("/api/embeddings", """{"model":"org/lengths","prompt":""}""")).Body["embedding"]!.ToJsonString());
    }

    [Fact]
    public async Task Texts_are_cut_only_on_request_and_their_number_is_told()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.Http.PostAsync(new Uri("/api/embed", UriKind.Relative),
            RunningGateway.Json($$"""{"model":"org/lengths","input":["abc","{{new string('x', 600)}}"],"truncate":true}"""), TestContext.Current.CancellationToken);
        Assert.Equal("1 of 2", response.Headers.GetValues("Freehold-Truncated").Single());
        Assert.Equal("[[3,1,0.5],[512,1,0.5]]", JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["embeddings"]!.ToJsonString());
    }

    [Theory]
    [InlineData("/api/embed", """{"model":"org/lengths","input":"x","dimensions":2}""", "dimensions")]
    [InlineData("/api/embed", """{"model":"org/lengths","input":["x",""]}""", "input[1]")]
    [InlineData("/api/embed", """{"model":"org/lengths","input":"x","options":{"num_ctx":513}}""", "options.num_ctx")]
    [InlineData("/api/embed", """{"model":"parrot","input":"x"}""", "model")]
    [InlineData("/api/embed", """{"model":"parrot","input":[]}""", "model")]
    [InlineData("/api/chat", """{"model":"org/lengths","messages":[{"role":"user","content":"x"}]}""", "model")]
    public async Task What_a_model_does_not_do_is_refused_by_name(string path, string request, string name)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync(path, request);
        Assert.Equal((HttpStatusCode.BadRequest, name), (status, (string)body["param"]!));
    }

    [Theory]
    [InlineData("POST", "/api/create", "freehold import")]
    [InlineData("POST", "/api/blobs/sha256:00", "freehold import")]
    [InlineData("POST", "/api/push", "freehold bundle")]
    public async Task What_changes_the_models_is_refused_with_the_command_that_does_it(string method, string path, string command)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = RunningGateway.Json("""{"model":"x"}""") };
        using var response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotImplemented, response.StatusCode);
        Assert.Contains(command, (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_key_and_on_unknown_paths_the_error_is_worded_as_Ollama_words_it()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Key = new ApiKey("right") });
        var (status, body) = await gateway.PostAsync("/api/chat", "{}");
        Assert.Equal((HttpStatusCode.Unauthorized, "missing_api_key"), (status, (string)body["code"]!));
        gateway.Http.DefaultRequestHeaders.Add("Authorization", "Bearer right");
        var (missing, error) = await gateway.PostAsync("/api/nothing", "{}");
        Assert.Equal(HttpStatusCode.NotFound, missing);
        Assert.Contains("/api/nothing", (string)error["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heads_of_lists_are_answered()
    {
        await using var gateway = await RunningGateway.StartAsync();
        foreach (var path in new[] { "/api/tags", "/api/version" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, path);
            using var response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }
}
