using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.Anthropic;

public class MessagesTests
{
    private const string Path = "/v1/messages";
    private const string Hello = """{"model":"parrot","max_tokens":100,"messages":[{"role":"user","content":"Capital of France?"}]}""";

    private static string With(string fields) => Hello[..^1] + "," + fields + "}";

    [Fact]
    public async Task A_whole_answer_is_a_message_whose_cached_tokens_are_counted_apart()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync(Path, Hello);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("msg_", (string)body["id"]!, StringComparison.Ordinal);
        body.AsObject().Remove("id");
        Assert.Equal("""{"type":"message","role":"assistant","model":"parrot","content":[{"type":"text","text":"Paris."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":3}}""", body.ToJsonString());
    }

    [Fact]
    public async Task A_stream_is_a_message_that_begins_a_block_that_grows_and_their_ends()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText());
        var events = await gateway.EventsAsync(With("\"stream\":true"));
        Assert.Equal(["message_start", "content_block_start", "content_block_delta", "content_block_delta", "content_block_delta", "content_block_stop", "message_delta", "message_stop"],
            events.Select(data => (string)data["type"]!));
        // "<user>Capital of France?<assistant>", a token a byte
        Assert.Equal(35, (int)events[0]["message"]!["usage"]!["input_tokens"]!);
        Assert.Equal("Paris.", string.Concat(events.Where(data => data["delta"]?["text"] is not null).Select(data => (string)data["delta"]!["text"]!)));
        Assert.Equal("""{"stop_reason":"end_turn","stop_sequence":null}""", events[^2]["delta"]!.ToJsonString());
        Assert.Equal("""{"input_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":3}""", events[^2]["usage"]!.ToJsonString());
    }

    [Fact]
    public async Task An_answer_without_text_has_no_block()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Tokens = _ => [];
        Assert.Equal("[]", (await gateway.PostAsync(Path, Hello)).Body["content"]!.ToJsonString());
        Assert.Equal(["message_start", "message_delta", "message_stop"], (await gateway.EventsAsync(With("\"stream\":true"))).Select(data => (string)data["type"]!));
    }

    [Fact]
    public async Task Every_parameter_reaches_the_model()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, _) = await gateway.PostAsync(Path, """
            {"model":"parrot","max_tokens":12,"system":[{"type":"text","text":"Be "},{"type":"text","text":"brief."}],
             "messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":"c"},{"role":"user","content":"d"}],
             "temperature":0.5,"top_p":0.9,"top_k":40,"stop_sequences":["x","yy"],"service_tier":"auto","tools":[],"thinking":{"type":"disabled"},"tool_choice":{"type":"none"},
             "output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}}
            """);
        Assert.Equal(HttpStatusCode.OK, status);
        var (messages, options) = gateway.Model.Calls.Single();
        Assert.Equal([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.User], messages.Select(message => message.Role));
        Assert.Equal(["Be brief.", "ab", "c", "d"], messages.Select(message => message.Text));
        Assert.Equal((0.5f, 0.9f, 40, 12), (options.Temperature, options.TopP, options.TopK, options.MaxOutputTokens));
        Assert.Equal(["x", "yy"], options.StopSequences!);
        Assert.Equal("""{"type":"object"}""", Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat).Schema!.Value.GetRawText());
        Assert.IsType<string>(options.AdditionalProperties!["tenant"]);
    }

    [Theory]
    [InlineData(100, "max_tokens")] // the prompt has 7 tokens, the context 4096
    [InlineData(4089, "max_tokens")]
    [InlineData(4090, "model_context_window_exceeded")]
    public async Task An_answer_that_is_cut_tells_which_ceiling_cut_it(int maxTokens, string reason)
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Finish = ChatFinishReason.Length;
        var (_, body) = await gateway.PostAsync(Path, Hello.Replace("100", $"{maxTokens}", StringComparison.Ordinal));
        Assert.Equal(reason, (string)body["stop_reason"]!);
    }

    [Fact]
    public async Task A_stop_sequence_that_ended_the_answer_is_named()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.StopSequence = "\n\n";
        var (_, body) = await gateway.PostAsync(Path, With("\"stop_sequences\":[\"\\n\\n\"]"));
        Assert.Equal(("stop_sequence", "\n\n"), ((string)body["stop_reason"]!, (string)body["stop_sequence"]!));
    }

    [Fact]
    public async Task A_long_wait_for_the_first_token_is_filled_with_pings()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Clock = new HastyClock(), SlowReaderTimeout = HastyClock.Never });
        gateway.Model.Before = (index, cancel) => index == 0 ? Task.Delay(500, cancel) : Task.CompletedTask;
        var types = (await gateway.EventsAsync(With("\"stream\":true"))).ConvertAll(data => (string)data["type"]!);
        Assert.Equal(["message_start", "ping"], types[..2]);
        Assert.Equal("message_stop", types[^1]);
    }

    [Fact]
    public async Task A_failure_in_mid_stream_is_an_error_event_and_the_message_never_stops()
    {
        await using var gateway = await RunningGateway.StartAsync(explain: failure => new Refusal(503, "stopping", null, failure.Message));
        gateway.Model.Before = (index, _) => index == 2 ? throw new InvalidOperationException("the model is being closed") : Task.CompletedTask;
        var events = await gateway.EventsAsync(With("\"stream\":true"));
        Assert.Equal("error", (string)events[^1]["type"]!);
        Assert.Equal(("overloaded_error", "the model is being closed"), ((string)events[^1]["error"]!["type"]!, (string)events[^1]["error"]!["message"]!));
        Assert.DoesNotContain(events, data => (string)data["type"]! is "message_stop" or "message_delta");
    }

    [Theory]
    [InlineData("\"tools\":[{\"name\":\"x\"}]", "tools[0].input_schema")]
    [InlineData("\"tools\":[{\"name\":\"bash\",\"type\":\"bash_20250124\"}]", "tools[0].type")]
    [InlineData("\"tool_choice\":{\"type\":\"auto\"}", "tool_choice")]
    [InlineData("\"tools\":[{\"name\":\"x\",\"input_schema\":{}}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"y\"}", "tool_choice")]
    [InlineData("\"tools\":[{\"name\":\"web_search\",\"type\":\"web_search_20250305\"}],\"tool_choice\":{\"type\":\"any\"}", "tool_choice")]
    [InlineData("\"tools\":[{\"name\":\"x\",\"input_schema\":{}},{\"name\":\"web_search\",\"type\":\"web_search_20250305\"}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"web_search\"}", "tool_choice")]
    [InlineData("\"thinking\":{\"type\":\"enabled\"}", "thinking.budget_tokens")]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}", "thinking.budget_tokens")] // not below max_tokens
    [InlineData("\"thinking\":{\"type\":\"adaptive\",\"display\":\"omitted\"}", "thinking.display")]
    [InlineData("\"thinking\":{\"type\":\"between_tools\"}", "thinking.type")]
    [InlineData("\"output_config\":{\"effort\":\"some\"}", "output_config.effort")]
    [InlineData("\"context_management\":{\"edits\":[{\"type\":\"clear_tool_uses_20250919\"}]}", "context_management.edits[0]")]
    [InlineData("\"temperature\":1.5", "temperature")]
    [InlineData("\"service_tier\":\"priority\"", "service_tier")]
    [InlineData("\"seed\":1", "seed")]
    public async Task What_cannot_be_honoured_is_refused_by_name_in_the_words_of_Anthropic(string field, string name)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync(Path, With(field));
        Assert.Equal((HttpStatusCode.BadRequest, "error", "invalid_request_error"), (status, (string)body["type"]!, (string)body["error"]!["type"]!));
        Assert.Equal(name, (string)body["error"]!["details"]!["param"]!);
        Assert.Contains(name, (string)body["error"]!["message"]!, StringComparison.Ordinal);
        Assert.StartsWith("req_", (string)body["request_id"]!, StringComparison.Ordinal);
        Assert.Empty(gateway.Model.Calls);
    }

    [Theory]
    [InlineData("""{"model":"parrot","messages":[{"role":"user","content":"x"}]}""", "max_tokens")]
    [InlineData("""{"model":"parrot","max_tokens":9,"messages":[]}""", "messages")]
    [InlineData("""{"model":"parrot","max_tokens":9,"messages":[{"role":"user","content":[]}]}""", "messages[0].content")]
    [InlineData("""{"model":"parrot","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"The"}]}""", "messages[1].role")]
    [InlineData("""{"model":"parrot","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{}}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"model":"parrot","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"x"}]}]}""", "messages[0].content[0].tool_use_id")]
    [InlineData("""{"model":"parrot","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"x","id":"y"}]}]}""", "messages[0].content[0].id")]
    [InlineData("""{"model":"parrot","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_use","id":"x","name":"f","input":{}}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"model":"parrot","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"x","signature":"fh1.AAAAAAAAAAAAAAAAAAAAAA"}]},{"role":"user","content":"x"}]}""", "messages[0].content[0].signature")]
    [InlineData("""{"model":"org/lengths","max_tokens":9,"messages":[{"role":"user","content":"x"}]}""", "model")]
    public async Task A_conversation_that_cannot_be_answered_is_refused_where_it_is_wrong(string request, string name)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync(Path, request);
        Assert.Equal((HttpStatusCode.BadRequest, name), (status, (string)body["error"]!["details"]!["param"]!));
    }

    [Theory]
    [InlineData(429, "queue_full", 429, "rate_limit_error")]
    [InlineData(500, "generation_failed", 500, "api_error")]
    [InlineData(503, "stopping", 529, "overloaded_error")]
    public async Task A_failure_before_the_first_token_has_the_status_and_type_of_Anthropic(int status, string code, int told, string type)
    {
        await using var gateway = await RunningGateway.StartAsync(explain: failure => new Refusal(status, code, null, failure.Message, TimeSpan.FromSeconds(2)));
        gateway.Model.Before = (_, _) => throw new InvalidOperationException("no");
        var (got, body) = await gateway.PostAsync(Path, With("\"stream\":true"));
        Assert.Equal((told, type, code), ((int)got, (string)body["error"]!["type"]!, (string)body["error"]!["details"]!["error_code"]!));
    }

    [Fact]
    public async Task What_is_too_large_unknown_or_without_a_key_has_the_shape_of_Anthropic_too()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Key = new ApiKey("right"), MaxRequestBytes = 1000 });
        var (unknown, error) = await gateway.PostAsync(Path, Hello);
        Assert.Equal((HttpStatusCode.Unauthorized, "authentication_error"), (unknown, (string)error["error"]!["type"]!));
        gateway.Http.DefaultRequestHeaders.Add("x-api-key", "right");
        var (missing, body) = await gateway.PostAsync(Path, Hello.Replace("parrot", "nobody", StringComparison.Ordinal));
        Assert.Equal((HttpStatusCode.NotFound, "not_found_error"), (missing, (string)body["error"]!["type"]!));
        var (large, told) = await gateway.PostAsync(Path, With($"\"metadata\":{{\"user_id\":\"{new string('x', 2000)}\"}}"));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (large, (string)told["error"]!["type"]!));
    }

    [Fact]
    public async Task Inert_parameters_and_the_beta_header_are_named_in_the_answer()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = RunningGateway.Json("""{"model":"parrot","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}]}],"metadata":{"user_id":"u"}}""") };
        request.Headers.Add("anthropic-beta", "context-1m-2025-08-07");
        using var response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("messages[].content[].cache_control, metadata, anthropic-beta", response.Headers.GetValues("Freehold-Inert").Single());
        Assert.StartsWith("req_", response.Headers.GetValues("request-id").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_counted_by_the_template()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText());
        var (_, body) = await gateway.PostAsync("/v1/messages/count_tokens", """{"model":"parrot","system":"s","messages":[{"role":"user","content":"x"}]}""");
        Assert.Equal($$"""{"input_tokens":{{"<system>s<user>x<assistant>".Length}}}""", body.ToJsonString());
        Assert.Empty(gateway.Model.Calls);
    }
}
