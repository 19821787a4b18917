using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.OpenAi;

public class ChatTests
{
    private const string Path = "/v1/chat/completions";
    private const string Hello = """{"model":"parrot","messages":[{"role":"user","content":"Capital of France?"}]}""";

    private static string With(string fields) => Hello[..^1] + "," + fields + "}";

    [Fact]
    public async Task A_whole_answer_has_exactly_the_fields_of_OpenAIs()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync(Path, Hello);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("chatcmpl-", (string)body["id"]!, StringComparison.Ordinal);
        Assert.True((long)body["created"]! > 1_700_000_000);
        var rest = body.AsObject();
        rest.Remove("id");
        rest.Remove("created");
        Assert.Equal("""{"object":"chat.completion","model":"parrot","system_fingerprint":"freehold-0.1.0","choices":[{"index":0,"message":{"role":"assistant","content":"Paris.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":4}}}""", rest.ToJsonString());
    }

    [Fact]
    public async Task A_stream_is_the_role_then_the_text_then_the_reason_then_DONE()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var events = RunningGateway.Events(await gateway.StreamAsync(Path, With("\"stream\":true")));
        Assert.Equal("[DONE]", events[^1]);
        Assert.Equal(6, events.Count);
        var chunks = events[..^1].ConvertAll(text => JsonNode.Parse(text)!.AsObject());
        Assert.Single(chunks.Select(chunk => (string)chunk["id"]!).Distinct());
        foreach (var chunk in chunks)
        {
            Assert.Equal("chat.completion.chunk", (string)chunk["object"]!);
            Assert.Equal(["id", "object", "created", "model", "system_fingerprint", "choices"], chunk.Select(pair => pair.Key));
        }
        string[] expected = [
            """[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]""",
            """[{"index":0,"delta":{"content":"Pa"},"logprobs":null,"finish_reason":null}]""",
            """[{"index":0,"delta":{"content":"ris"},"logprobs":null,"finish_reason":null}]""",
            """[{"index":0,"delta":{"content":"."},"logprobs":null,"finish_reason":null}]""",
            """[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]"""];
        Assert.Equal(expected, chunks.Select(chunk => chunk["choices"]!.ToJsonString()));
    }

    [Fact]
    public async Task Usage_comes_in_a_last_chunk_without_choices_when_asked_for()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var events = RunningGateway.Events(await gateway.StreamAsync(Path, With("""
            "stream":true,"stream_options":{"include_usage":true}
            """)));
        var last = JsonNode.Parse(events[^2])!;
        Assert.Empty(last["choices"]!.AsArray());
        Assert.Equal("""{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":4}}""", last["usage"]!.ToJsonString());
        Assert.All(events[..^2], text =>
        {
            var chunk = JsonNode.Parse(text)!.AsObject();
            Assert.True(chunk.ContainsKey("usage"));
            Assert.Null(chunk["usage"]);
        });
    }

    [Fact]
    public async Task Headers_of_a_stream_keep_proxies_from_holding_it_back()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.Http.PostAsync(new Uri(Path, UriKind.Relative), RunningGateway.Json(With("\"stream\":true")), TestContext.Current.CancellationToken);
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        Assert.StartsWith("req_", response.Headers.GetValues("x-request-id").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_parameter_reaches_the_model()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, _) = await gateway.PostAsync(Path, """
            {"model":"parrot","messages":[{"role":"developer","content":"Be brief."},{"role":"user","name":"Ada","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":"c","refusal":null,"tool_calls":[]},{"role":"user","content":"d"}],
             "temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.05,"typical_p":0.95,"repetition_penalty":1.1,"presence_penalty":0.25,"frequency_penalty":-0.5,
             "max_completion_tokens":12,"seed":42,"stop":["x","yy"],"logit_bias":{"5":-100,"7":2.5},"logprobs":true,"top_logprobs":2,"user":"ada",
             "metadata":{"a":"b"},"store":false,"service_tier":"auto","response_format":{"type":"text"},"tools":[],"n":null}
            """);
        Assert.Equal(HttpStatusCode.OK, status);
        var (messages, options) = Assert.Single(gateway.Model.Calls);
        Assert.Equal([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.User], messages.Select(message => message.Role));
        Assert.Equal(["Be brief.", "ab", "c", "d"], messages.Select(message => message.Text));
        Assert.Equal("Ada", messages[1].AuthorName);
        Assert.Equal(0.5f, options.Temperature);
        Assert.Equal(0.9f, options.TopP);
        Assert.Equal(40, options.TopK);
        Assert.Equal(0.25f, options.PresencePenalty);
        Assert.Equal(-0.5f, options.FrequencyPenalty);
        Assert.Equal(12, options.MaxOutputTokens);
        Assert.Equal(42, options.Seed);
        Assert.Equal(["x", "yy"], options.StopSequences!);
        var more = options.AdditionalProperties!;
        Assert.Equal(0.05f, more["min_p"]);
        Assert.Equal(0.95f, more["typical_p"]);
        Assert.Equal(1.1f, more["repetition_penalty"]);
        Assert.Equal(new Dictionary<int, float> { [5] = -100, [7] = 2.5f }, Assert.IsAssignableFrom<IReadOnlyDictionary<int, float>>(more["logit_bias"]));
        Assert.Equal(true, more["logprobs"]);
        Assert.Equal(2, more["top_logprobs"]);
        Assert.EndsWith("/ada", Assert.IsType<string>(more["client"]), StringComparison.Ordinal);
        Assert.IsType<string>(more["tenant"]);
    }

    [Fact]
    public async Task Several_choices_have_their_index_and_their_own_seed_and_one_prompt()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Tokens = options => [$"seed {options.Seed}"];
        var (_, body) = await gateway.PostAsync(Path, With("\"n\":3,\"seed\":10"));
        Assert.Equal(["0: seed 10", "1: seed 11", "2: seed 12"], body["choices"]!.AsArray().Select(choice => $"{choice!["index"]}: {choice["message"]!["content"]}"));
        Assert.Equal(7, (int)body["usage"]!["prompt_tokens"]!);
        Assert.Equal(3, (int)body["usage"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task Several_choices_stream_side_by_side()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Tokens = options => [$"{options.Seed}", "-", "end"];
        var events = RunningGateway.Events(await gateway.StreamAsync(Path, With("\"n\":4,\"seed\":1,\"stream\":true")));
        var choices = events[..^1].Select(text => JsonNode.Parse(text)!["choices"]![0]!).ToList();
        for (var index = 0; index < 4; index++)
        {
            var own = choices.Where(choice => (int)choice["index"]! == index).ToList();
            Assert.Equal("assistant", (string)own[0]["delta"]!["role"]!);
            Assert.Equal($"{index + 1}-end", string.Concat(own.Select(choice => (string?)choice["delta"]!["content"])));
            Assert.Equal("stop", (string)own[^1]["finish_reason"]!);
        }
    }

    [Fact]
    public async Task Logprobs_have_chats_shape()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Tokens = _ => ["é"];
        var (_, body) = await gateway.PostAsync(Path, With("\"logprobs\":true,\"top_logprobs\":2"));
        Assert.Equal(
            """{"content":[{"token":"\u00E9","logprob":-0.25,"bytes":[195,169],"top_logprobs":[{"token":"\u00E9","logprob":-0.25,"bytes":[1]},{"token":"x","logprob":-9999,"bytes":[120]}]}],"refusal":null}""",
            body["choices"]![0]!["logprobs"]!.ToJsonString());
    }

    [Fact]
    public async Task A_reason_of_length_is_told()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Finish = ChatFinishReason.Length;
        var (_, body) = await gateway.PostAsync(Path, Hello);
        Assert.Equal("length", (string)body["choices"]![0]!["finish_reason"]!);
    }

    [Fact]
    public async Task What_differs_from_the_models_default_is_named_in_the_fingerprint()
    {
        await using var gateway = await RunningGateway.StartAsync(note: "activations-8");
        var (_, body) = await gateway.PostAsync(Path, Hello);
        Assert.Equal("freehold-0.1.0+activations-8", (string)body["system_fingerprint"]!);
    }

    [Fact]
    public async Task A_refusal_of_the_model_keeps_its_status_even_when_a_stream_was_asked_for()
    {
        await using var gateway = await RunningGateway.StartAsync(explain: e => new Refusal(400, "context_length_exceeded", "messages", e.Message));
        gateway.Model.Before = (_, _) => throw new InvalidOperationException("7000 tokens do not fit 4096");
        var (status, body) = await gateway.PostAsync(Path, With("\"stream\":true"));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("""{"error":{"message":"7000 tokens do not fit 4096","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""", body.ToJsonString());
    }

    [Fact]
    public async Task A_failure_in_the_middle_of_a_stream_is_an_error_event_and_no_DONE()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Before = (index, _) => index == 2 ? throw new InvalidOperationException("secret detail") : Task.CompletedTask;
        var events = RunningGateway.Events(await gateway.StreamAsync(Path, With("\"stream\":true")));
        Assert.Equal(4, events.Count); // role, two tokens, the error
        var error = JsonNode.Parse(events[^1])!["error"]!;
        Assert.Equal("server_error", (string)error["type"]!);
        Assert.Equal("internal_error", (string)error["code"]!);
        Assert.DoesNotContain("secret", events[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_one_choice_ends_the_others()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Tokens = options => options.Seed == 2 ? throw new InvalidOperationException("one fails") : Enumerable.Repeat("x", int.MaxValue);
        var (status, body) = await gateway.PostAsync(Path, With("\"n\":3,\"seed\":1"));
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Equal("internal_error", (string)body["error"]!["code"]!);
        await gateway.Model.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
