using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.Ollama;

/// <summary>/api/chat and /api/generate.</summary>
public class AnswerTests
{
    private const string Hello = """{"model":"parrot:latest","messages":[{"role":"user","content":"Capital of France?"}]}""";

    private static string With(string fields) => Hello[..^1] + "," + fields + "}";

    [Fact]
    public async Task An_answer_is_streamed_unless_told_otherwise_a_document_a_line_and_the_last_says_done()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var lines = await gateway.LinesAsync("/api/chat", Hello);
        Assert.Equal(["Pa", "ris", ".", ""], lines.Select(line => (string)line["message"]!["content"]!));
        Assert.All(lines[..^1], line => Assert.Equal(["model", "created_at", "message", "done"], line.AsObject().Select(pair => pair.Key)));
        Assert.All(lines, line => Assert.Equal("parrot:latest", (string)line["model"]!));
        Assert.Equal([false, false, false, true], lines.Select(line => (bool)line["done"]!));
        Assert.Equal(["model", "created_at", "message", "done", "done_reason", "total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration"],
            lines[^1].AsObject().Select(pair => pair.Key));
        Assert.Equal("stop", (string)lines[^1]["done_reason"]!);
        Assert.Equal((7, 3), ((int)lines[^1]["prompt_eval_count"]!, (int)lines[^1]["eval_count"]!));
    }

    [Fact]
    public async Task A_whole_answer_is_one_document()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Finish = ChatFinishReason.Length;
        var (status, body) = await gateway.PostAsync("/api/chat", With("\"stream\":false"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"role":"assistant","content":"Paris."}""", body["message"]!.ToJsonString());
        Assert.True((bool)body["done"]!);
        Assert.Equal("length", (string)body["done_reason"]!);
        Assert.True((long)body["total_duration"]! >= (long)body["prompt_eval_duration"]! + (long)body["eval_duration"]!);
    }

    [Fact]
    public async Task Generate_makes_a_conversation_of_system_and_prompt_and_answers_in_response()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var lines = await gateway.LinesAsync("/api/generate", """{"model":"parrot","system":"Be brief.","prompt":"Capital of France?"}""");
        Assert.Equal(["Pa", "ris", ".", ""], lines.Select(line => (string)line["response"]!));
        Assert.Equal([ChatRole.System, ChatRole.User], gateway.Model.Calls.Single().Messages.Select(message => message.Role));
        Assert.Equal(["Be brief.", "Capital of France?"], gateway.Model.Calls.Single().Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task Raw_gives_the_prompt_without_a_template_and_has_no_place_for_a_system_message()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.PostAsync("/api/generate", """{"model":"parrot","prompt":"Once upon","raw":true,"stream":false}""");
        Assert.Equal("Once upon", gateway.Model.Calls.Single().Options.AdditionalProperties!["raw_prompt"]);
        var (status, body) = await gateway.PostAsync("/api/generate", """{"model":"parrot","prompt":"Once upon","raw":true,"system":"x"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "system"), (status, (string)body["param"]!));
    }

    [Fact]
    public async Task What_a_request_leaves_out_has_the_defaults_of_Ollama()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.LinesAsync("/api/chat", Hello);
        var options = gateway.Model.Calls.Single().Options;
        Assert.Equal((0.8f, 0.9f, 40), (options.Temperature, options.TopP, options.TopK));
        Assert.Equal(1.1f, options.AdditionalProperties!["repetition_penalty"]);
        Assert.Equal(64, options.AdditionalProperties["repetition_window"]);
        Assert.Null(options.Seed);
        Assert.Null(options.MaxOutputTokens);
        Assert.Null(options.ResponseFormat);
    }

    [Fact]
    public async Task Every_option_reaches_the_model()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, _) = await gateway.PostAsync("/api/chat", With("""
            "stream":false,"format":"json","logprobs":true,"top_logprobs":2,"options":{"temperature":0,"top_k":0,"top_p":0.5,"min_p":0.05,"typical_p":0.95,"seed":42,"num_predict":12,"num_ctx":4096,
            "repeat_penalty":1.5,"repeat_last_n":-1,"presence_penalty":0.25,"frequency_penalty":-0.5,"stop":["x","yy"]}
            """));
        Assert.Equal(HttpStatusCode.OK, status);
        var options = gateway.Model.Calls.Single().Options;
        Assert.Equal((0f, 0.5f, null, 42, 12), (options.Temperature, options.TopP, options.TopK, options.Seed, options.MaxOutputTokens));
        Assert.Equal((0.25f, -0.5f), (options.PresencePenalty, options.FrequencyPenalty));
        Assert.Equal(["x", "yy"], options.StopSequences!);
        Assert.Null(Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat).Schema);
        var more = options.AdditionalProperties!;
        Assert.Equal((0.05f, 0.95f, 1.5f, 0), ((float)more["min_p"]!, (float)more["typical_p"]!, (float)more["repetition_penalty"]!, (int)more["repetition_window"]!));
        Assert.Equal((true, 2), ((bool)more["logprobs"]!, (int)more["top_logprobs"]!));
        Assert.IsType<string>(more["tenant"]);
    }

    [Fact]
    public async Task A_schema_reaches_the_model_as_it_is()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.LinesAsync("/api/chat", With("\"format\":{\"type\":\"object\",\"required\":[\"a\"]}"));
        Assert.Equal("""{"type":"object","required":["a"]}""", Assert.IsType<ChatResponseFormatJson>(gateway.Model.Calls.Single().Options.ResponseFormat).Schema!.Value.GetRawText());
    }

    [Fact]
    public async Task Log_probabilities_come_with_the_tokens_they_belong_to()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var lines = await gateway.LinesAsync("/api/chat", With("\"logprobs\":true,\"top_logprobs\":2"));
        Assert.Equal(["Pa", "ris", "."], lines[..^1].Select(line => (string)line["logprobs"]![0]!["token"]!));
        Assert.Equal(2, lines[0]["logprobs"]![0]!["top_logprobs"]!.AsArray().Count);
        var (_, whole) = await gateway.PostAsync("/api/chat", With("\"logprobs\":true,\"stream\":false"));
        Assert.Equal(3, whole["logprobs"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("\"options\":{\"num_ctx\":4097}", "options.num_ctx")]
    [InlineData("\"options\":{\"num_predict\":0}", "options.num_predict")]
    [InlineData("\"options\":{\"mirostat\":1}", "options.mirostat")]
    [InlineData("\"options\":{\"nonsense\":1}", "options.nonsense")]
    [InlineData("\"format\":\"xml\"", "format")]
    [InlineData("\"think\":true", "think")]
    [InlineData("\"truncate\":true", "truncate")]
    [InlineData("\"tools\":[{}]", "tools[0].function")]
    [InlineData("\"top_logprobs\":1", "top_logprobs")]
    public async Task What_cannot_be_honoured_is_refused_by_name_in_the_words_of_Ollama(string field, string name)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/api/chat", With(field));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(name, (string)body["param"]!);
        Assert.Contains(name, (string)body["error"]!, StringComparison.Ordinal);
        Assert.Empty(gateway.Model.Calls);
    }

    [Theory]
    [InlineData("\"think\":false")]
    [InlineData("\"truncate\":false")]
    [InlineData("\"tools\":[]")]
    [InlineData("\"format\":\"\"")]
    [InlineData("\"options\":{\"mirostat\":0,\"tfs_z\":1.0,\"penalize_newline\":true,\"seed\":-1}")]
    public async Task A_value_that_asks_for_what_happens_anyway_is_no_reason_to_refuse(string field)
    {
        await using var gateway = await RunningGateway.StartAsync();
        Assert.True((bool)(await gateway.LinesAsync("/api/chat", With(field)))[^1]["done"]!);
    }

    [Theory]
    [InlineData("/api/chat", """{"model":"parrot"}""")]
    [InlineData("/api/chat", """{"model":"parrot","messages":[],"keep_alive":"5m"}""")]
    [InlineData("/api/generate", """{"model":"parrot","keep_alive":-1}""")]
    public async Task Who_asks_for_nothing_is_told_that_the_model_is_loaded(string path, string request)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync(path, request);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((true, "load"), ((bool)body["done"]!, (string)body["done_reason"]!));
        Assert.Empty(gateway.Model.Calls);
    }

    [Fact]
    public async Task To_unload_a_model_that_stays_as_long_as_the_server_is_refused()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/api/generate", """{"model":"parrot","keep_alive":0}""");
        Assert.Equal((HttpStatusCode.NotImplemented, "not_offered"), (status, (string)body["code"]!));
    }

    [Fact]
    public async Task A_body_is_JSON_whatever_its_type_claims()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var content = new StringContent(Hello, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await gateway.Http.PostAsync(new Uri("/api/chat", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_failure_in_mid_stream_is_a_line_with_its_error_and_none_says_done()
    {
        await using var gateway = await RunningGateway.StartAsync(explain: failure => new Refusal(500, "generation_failed", null, failure.Message));
        gateway.Model.Before = (index, _) => index == 2 ? throw new InvalidOperationException("the numbers are none") : Task.CompletedTask;
        var lines = await gateway.LinesAsync("/api/chat", Hello);
        Assert.Equal("the numbers are none", (string)lines[^1]["error"]!);
        Assert.DoesNotContain(lines, line => line["done"] is JsonValue done && (bool)done);
    }

    [Fact]
    public async Task A_refusal_before_the_first_token_has_its_own_status()
    {
        await using var gateway = await RunningGateway.StartAsync(explain: failure => new Refusal(429, "queue_full", null, failure.Message, TimeSpan.FromSeconds(3)));
        gateway.Model.Before = (_, _) => throw new InvalidOperationException("the queue is full");
        using var response = await gateway.Http.PostAsync(new Uri("/api/chat", UriKind.Relative), RunningGateway.Json(Hello), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("3", response.Headers.GetValues("Retry-After").Single());
        Assert.Equal("the queue is full", (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!);
    }

    [Fact]
    public async Task A_long_wait_for_the_first_token_is_filled_with_empty_pieces()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Clock = new HastyClock(), SlowReaderTimeout = HastyClock.Never });
        gateway.Model.Before = (index, cancel) => index == 0 ? Task.Delay(500, cancel) : Task.CompletedTask;
        var lines = await gateway.LinesAsync("/api/chat", Hello);
        Assert.Equal("", (string)lines[0]["message"]!["content"]!);
        Assert.False((bool)lines[0]["done"]!);
        Assert.Equal("Paris.", string.Concat(lines.Select(line => (string)line["message"]!["content"]!)));
    }
}
