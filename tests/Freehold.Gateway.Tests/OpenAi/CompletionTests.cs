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

    [Fact]
    public async Task Echo_with_logprobs_gives_the_prompts_tokens_too_the_first_without_any()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.PromptTokens = ["[s]", "Hi", " é"];
        var (_, body) = await gateway.PostAsync(Path, """{"model":"parrot","prompt":"Hi é","echo":true,"logprobs":1}""");
        var choice = body["choices"]![0]!;
        Assert.Equal("Hi éParis.", (string)choice["text"]!);
        Assert.Equal("""["[s]","Hi"," \u00E9","Pa","ris","."]""", choice["logprobs"]!["tokens"]!.ToJsonString());
        Assert.Equal("[null,-0.25,-0.25,-0.25,-0.25,-0.25]", choice["logprobs"]!["token_logprobs"]!.ToJsonString());
        Assert.Null(choice["logprobs"]!["top_logprobs"]![0]);
        Assert.Equal("""{"Hi":-0.25,"x":-9999}""", choice["logprobs"]!["top_logprobs"]![1]!.ToJsonString());
        Assert.Equal("[0,0,2,4,6,9]", choice["logprobs"]!["text_offset"]!.ToJsonString());
        Assert.Equal(true, Assert.Single(gateway.Model.Calls).Options.AdditionalProperties!["prompt_logprobs"]);
    }

    [Fact]
    public async Task Streamed_echo_with_logprobs_opens_each_choice_with_its_prompts()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.PromptTokens = ["a", "b"];
        var events = RunningGateway.Events(await gateway.StreamAsync(Path, """{"model":"parrot","prompt":["ab","ab"],"echo":true,"logprobs":0,"stream":true}"""));
        var choices = events[..^1].ConvertAll(text => JsonNode.Parse(text)!["choices"]![0]!);
        for (var index = 0; index < 2; index++)
        {
            var own = choices.FindAll(choice => (int)choice["index"]! == index);
            Assert.Equal(["ab", "Pa", "ris", ".", ""], own.Select(choice => (string)choice["text"]!));
            Assert.Equal("""{"tokens":["a","b"],"token_logprobs":[null,-0.25],"top_logprobs":[null,{"b":-0.25,"x":-9999}],"text_offset":[0,1]}""", own[0]["logprobs"]!.ToJsonString());
            Assert.Equal("[4]", own[2]["logprobs"]!["text_offset"]!.ToJsonString());
        }
    }

    [Fact]
    public async Task The_text_of_token_ids_is_echoed()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText());
        var (_, body) = await gateway.PostAsync(Path, """{"model":"parrot","prompt":[[256,72,105],[195,169]],"echo":true}""");
        Assert.Equal(["[s]HiParis.", "éParis."], body["choices"]!.AsArray().Select(choice => (string)choice!["text"]!));
        var (status, refused) = await gateway.PostAsync(Path, """{"model":"parrot","prompt":[257],"echo":true}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("0 to 256", (string)refused["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_best_of_several_are_those_with_the_highest_mean_logprob_best_first_and_all_are_counted()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Tokens = options => [$"{options.AdditionalProperties!["raw_prompt"]}{options.Seed}"];
        gateway.Model.Logprob = token => token[^1] switch { '1' => -3, '2' => -0.5f, '3' => -2, _ => -1 };
        var (_, body) = await gateway.PostAsync(Path, """{"model":"parrot","prompt":["a","b"],"n":2,"best_of":4,"seed":1,"echo":true}""");
        Assert.Equal(["0:aa2", "1:aa4", "2:bb2", "3:bb4"], body["choices"]!.AsArray().Select(choice => $"{choice!["index"]}:{choice["text"]}"));
        Assert.All(body["choices"]!.AsArray(), choice => Assert.Null(choice!["logprobs"]));
        Assert.Equal(8, (int)body["usage"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task No_tokens_at_all_may_be_asked_for()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Tokens = _ => [];
        gateway.Model.PromptTokens = ["a"];
        var (status, body) = await gateway.PostAsync(Path, """{"model":"parrot","prompt":"a","echo":true,"logprobs":1,"max_tokens":0}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("a", (string)body["choices"]![0]!["text"]!);
        Assert.Equal(0, Assert.Single(gateway.Model.Calls).Options.MaxOutputTokens);
    }

    [Fact]
    public async Task More_log_probabilities_of_prompts_than_an_answer_may_hold_are_refused()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.PromptTokens = [.. Enumerable.Repeat("t", 1000)];
        var prompts = string.Join(',', Enumerable.Repeat("\"t\"", 100));
        var (status, body) = await gateway.PostAsync(Path, $$"""{"model":"parrot","prompt":[{{prompts}}],"echo":true,"logprobs":20}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("echo", (string)body["error"]!["param"]!);
        Assert.Contains("250000", (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }
}
