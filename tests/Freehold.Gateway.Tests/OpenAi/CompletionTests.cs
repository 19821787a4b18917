using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.OpenAi;

public class CompletionTests
{
    private const string Path = "/v1/completions";

    [Fact]
    public async Task A_prompt_goes_to_the_model_without_a_template()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync(Path, """{"model":"parrot","prompt":"Once upon"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("text_completion", (string)body["object"]!);
        Assert.Equal("""[{"text":"Paris.","index":0,"logprobs":null,"finish_reason":"stop"}]""", body["choices"]!.ToJsonString());
        var options = Assert.Single(gateway.Model.Calls).Options;
        Assert.Equal("Once upon", options.AdditionalProperties!["raw_prompt"]);
        Assert.Equal(16, options.MaxOutputTokens);
    }

    [Fact]
    public async Task Token_ids_go_to_the_model_as_they_are()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.PostAsync(Path, """{"model":"parrot","prompt":[1,2,3]}""");
        var options = Assert.Single(gateway.Model.Calls).Options;
        Assert.Equal(new[] { 1, 2, 3 }, options.AdditionalProperties!["prompt_token_ids"]);
        Assert.False(options.AdditionalProperties.ContainsKey("raw_prompt"));
    }

    [Fact]
    public async Task Several_prompts_with_several_choices_are_indexed_prompt_by_prompt_and_all_counted()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Tokens = options => [$"{options.AdditionalProperties!["raw_prompt"]}{options.Seed}"];
        var (_, body) = await gateway.PostAsync(Path, """{"model":"parrot","prompt":["a","b"],"n":2,"seed":5,"echo":true}""");
        Assert.Equal(["0:aa5", "1:aa6", "2:bb5", "3:bb6"], body["choices"]!.AsArray().Select(choice => $"{choice!["index"]}:{choice["text"]}"));
        Assert.Equal(14, (int)body["usage"]!["prompt_tokens"]!);
        Assert.Equal(4, (int)body["usage"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task A_stream_has_the_older_shape_and_echo_comes_first()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var events = RunningGateway.Events(await gateway.StreamAsync(Path, """{"model":"parrot","prompt":"City: ","echo":true,"stream":true,"stream_options":{"include_usage":true}}"""));
        Assert.Equal("[DONE]", events[^1]);
        var chunks = events[..^1].ConvertAll(text => JsonNode.Parse(text)!);
        Assert.All(chunks, chunk => Assert.Equal("text_completion", (string)chunk["object"]!));
        Assert.Equal(["City: ", "Pa", "ris", ".", ""], chunks[..^1].Select(chunk => (string)chunk["choices"]![0]!["text"]!));
        Assert.Equal("stop", (string)chunks[^2]["choices"]![0]!["finish_reason"]!);
        Assert.Equal(10, (int)chunks[^1]["usage"]!["total_tokens"]!);
    }

    [Fact]
    public async Task Logprobs_have_the_older_shape()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (_, body) = await gateway.PostAsync(Path, """{"model":"parrot","prompt":"x","logprobs":2}""");
        Assert.Equal(
            """{"tokens":["Pa","ris","."],"token_logprobs":[-0.25,-0.25,-0.25],"top_logprobs":[{"Pa":-0.25,"x":-9999},{"ris":-0.25,"x":-9999},{".":-0.25,"x":-9999}],"text_offset":[0,2,5]}""",
            body["choices"]![0]!["logprobs"]!.ToJsonString());
        Assert.Equal(2, Assert.Single(gateway.Model.Calls).Options.AdditionalProperties!["top_logprobs"]);
    }
}
