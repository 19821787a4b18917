using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.OpenAi;

public class ResponseTests
{
    private const string Ask = """{"model":"parrot","input":"Capital of France?"}""";

    private static string With(string fields) => Ask[..^1] + "," + fields + "}";

    /// <summary>The events of a stream, each named as it names itself, numbered from 0 without a gap.</summary>
    private static List<JsonNode> Events(string stream)
    {
        Assert.EndsWith("\n\n", stream, StringComparison.Ordinal);
        var events = stream[..^2].Split("\n\n").Select(block =>
        {
            var lines = block.Split('\n');
            Assert.Equal(2, lines.Length);
            var data = JsonNode.Parse(lines[1]["data: ".Length..])!;
            Assert.Equal("event: " + (string)data["type"]!, lines[0]);
            return data;
        }).ToList();
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(each => (int)each["sequence_number"]!));
        return events;
    }

    private static IEnumerable<ChatResponseUpdate> Calling(string name, string arguments, bool isWhole = true)
    {
        var half = arguments.Length / 2;
        yield return new ChatResponseUpdate { AdditionalProperties = new() { ["tool_calls"] = new JsonArray(new JsonObject { ["index"] = 0, ["id"] = "abcdefghi", ["name"] = name, ["arguments"] = "" }) } };
        yield return new ChatResponseUpdate { AdditionalProperties = new() { ["tool_calls"] = new JsonArray(new JsonObject { ["index"] = 0, ["id"] = "abcdefghi", ["arguments"] = arguments[..half] }) } };
        if (isWhole)
            yield return new ChatResponseUpdate
            {
                Contents = [new FunctionCallContent("abcdefghi", name) { RawRepresentation = arguments }],
                AdditionalProperties = new() { ["tool_calls"] = new JsonArray(new JsonObject { ["index"] = 0, ["id"] = "abcdefghi", ["arguments"] = arguments[half..] }) },
            };
        else
            yield return new ChatResponseUpdate(ChatRole.Assistant, $"<tool_call>{arguments[..half]}");
    }

    private static IEnumerable<ChatResponseUpdate> Thinking()
    {
        yield return new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("Fran")]);
        yield return new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("ce: ")]);
        yield return new ChatResponseUpdate(ChatRole.Assistant, "Paris.");
    }

    private const string WeatherTool = """{"type":"function","name":"get_weather","description":"now","parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":false}""";

    [Fact]
    public async Task A_string_is_answered_whole_with_everything_that_OpenAIs_types_demand()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/v1/responses", With("\"metadata\":{\"a\":\"b\"},\"instructions\":\"Be brief.\""));
        Assert.Equal(HttpStatusCode.OK, status);
        foreach (var name in (string[])["id", "created_at", "error", "incomplete_details", "instructions", "metadata", "model", "object", "output", "parallel_tool_calls", "temperature", "tool_choice", "tools", "top_p", "status", "text", "usage", "truncation"])
            Assert.True(body.AsObject().ContainsKey(name), name);
        Assert.Equal("completed", (string)body["status"]!);
        Assert.Equal("b", (string)body["metadata"]!["a"]!);
        var item = body["output"]!.AsArray().Single()!;
        Assert.StartsWith("msg_", (string)item["id"]!, StringComparison.Ordinal);
        Assert.Equal("""[{"type":"output_text","text":"Paris.","annotations":[],"logprobs":[]}]""", item["content"]!.ToJsonString());
        Assert.Equal("""{"input_tokens":7,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":0},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":10}""", body["usage"]!.ToJsonString());
        var (messages, _) = gateway.Model.Calls.Single();
        Assert.Equal([("system", "Be brief."), ("user", "Capital of France?")], messages.Select(message => (message.Role.Value, message.Text)));
    }

    [Fact]
    public async Task Events_come_in_OpenAIs_order()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var events = Events(await gateway.StreamAsync("/v1/responses", With("\"stream\":true")));
        Assert.Equal(
            ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.delta", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed"],
            events.Select(each => (string)each["type"]!));
        Assert.Empty(events[0]["response"]!["output"]!.AsArray());
        Assert.Equal("Paris.", string.Concat(events.Where(each => (string)each["type"]! == "response.output_text.delta").Select(each => (string)each["delta"]!)));
        Assert.Equal("Paris.", (string)events[7]["text"]!);
        Assert.Equal("Paris.", (string)events[^1]["response"]!["output"]![0]!["content"]![0]!["text"]!);
        Assert.Single(events.Select(each => (string?)each["item_id"]).Where(id => id is not null).Distinct());
    }

    [Fact]
    public async Task An_answer_that_its_limit_cut_is_incomplete_and_says_why()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Finish = ChatFinishReason.Length;
        var events = Events(await gateway.StreamAsync("/v1/responses", With("\"stream\":true,\"max_output_tokens\":3")));
        Assert.Equal("response.incomplete", (string)events[^1]["type"]!);
        var response = events[^1]["response"]!;
        Assert.Equal(("incomplete", "max_output_tokens"), ((string)response["status"]!, (string)response["incomplete_details"]!["reason"]!));
        Assert.Equal("incomplete", (string)response["output"]![0]!["status"]!);
    }

    [Fact]
    public async Task Thinking_is_an_item_of_its_own_before_the_message()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText());
        gateway.Model.Updates = _ => Thinking();
        var events = Events(await gateway.StreamAsync("/v1/responses", With("\"stream\":true")));
        Assert.Equal("France: ", string.Concat(events.Where(each => (string)each["type"]! == "response.reasoning_text.delta").Select(each => (string)each["delta"]!)));
        var response = events[^1]["response"]!;
        Assert.Equal(["reasoning", "message"], response["output"]!.AsArray().Select(item => (string)item!["type"]!));
        Assert.Equal("""[{"type":"reasoning_text","text":"France: "}]""", response["output"]![0]!["content"]!.ToJsonString());
        Assert.Null(response["output"]![0]!["encrypted_content"]);
        Assert.Equal("France: ".Length, (int)response["usage"]!["output_tokens_details"]!["reasoning_tokens"]!); // this model's tokens are bytes
    }

    [Fact]
    public async Task Sealed_thinking_comes_back_to_the_model_and_what_was_changed_or_is_anothers_is_refused()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText { ShowsReasoning = true }, stores: true);
        gateway.Model.Updates = _ => Thinking();
        var (_, first) = await gateway.PostAsync("/v1/responses", With("\"store\":false,\"include\":[\"reasoning.encrypted_content\"]"));
        var reasoning = (JsonObject)first["output"]![0]!.DeepClone();
        var box = (string)reasoning["encrypted_content"]!;
        Assert.DoesNotContain("France", box, StringComparison.Ordinal);
        reasoning.Remove("content");
        string Again(string sealedText)
        {
            reasoning["encrypted_content"] = sealedText;
            return $$"""{"model":"parrot","store":false,"input":[{"role":"user","content":"a"},{{reasoning.ToJsonString()}},{"role":"user","content":"b"}]}""";
        }

        await gateway.PostAsync("/v1/responses", Again(box));
        Assert.Equal("France: ", gateway.Model.Calls[^1].Messages[1].Contents.OfType<TextReasoningContent>().Single().Text);
        var at = box.Length / 2;
        foreach (var changed in (string[])[box[..at] + (box[at] == 'A' ? 'B' : 'A') + box[(at + 1)..], box[..^4], "", "not base64 !", "AAAA"])
        {
            var (status, body) = await gateway.PostAsync("/v1/responses", Again(changed));
            Assert.Equal((HttpStatusCode.BadRequest, "invalid_encrypted_content", "input[1].encrypted_content"), (status, (string)body["error"]!["code"]!, (string)body["error"]!["param"]!));
        }
        await using var other = await RunningGateway.StartAsync(stores: true);
        Assert.Equal(HttpStatusCode.BadRequest, (await other.PostAsync("/v1/responses", Again(box))).Status);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(gateway.Folder!, "seal.key")));
    }

    [Fact]
    public async Task A_call_streams_its_arguments_and_is_an_item_with_all_of_them()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Updates = _ => Calling("get_weather", """{"city":"Bern"}""");
        gateway.Model.Finish = ChatFinishReason.ToolCalls;
        var events = Events(await gateway.StreamAsync("/v1/responses", With($"\"stream\":true,\"tools\":[{WeatherTool}]")));
        Assert.Equal("""{"city":"Bern"}""", string.Concat(events.Where(each => (string)each["type"]! == "response.function_call_arguments.delta").Select(each => (string)each["delta"]!)));
        Assert.Equal("""{"city":"Bern"}""", (string)events.Single(each => (string)each["type"]! == "response.function_call_arguments.done")["arguments"]!);
        var item = events[^1]["response"]!["output"]!.AsArray().Single()!;
        Assert.Equal(("function_call", "get_weather", "abcdefghi", "completed"), ((string)item["type"]!, (string)item["name"]!, (string)item["call_id"]!, (string)item["status"]!));
        Assert.Equal("response.completed", (string)events[^1]["type"]!);
    }

    [Fact]
    public async Task A_call_that_is_cut_is_an_incomplete_item_and_never_done()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Updates = _ => Calling("get_weather", """{"city":"Bern"}""", isWhole: false);
        gateway.Model.Finish = ChatFinishReason.Length;
        var events = Events(await gateway.StreamAsync("/v1/responses", With($"\"stream\":true,\"tools\":[{WeatherTool}]")));
        Assert.DoesNotContain(events, each => (string)each["type"]! == "response.function_call_arguments.done");
        Assert.Equal("response.incomplete", (string)events[^1]["type"]!);
        var item = events[^1]["response"]!["output"]!.AsArray().Single()!;
        Assert.Equal(("function_call", "incomplete"), ((string)item["type"]!, (string)item["status"]!));
    }

    [Fact]
    public async Task A_custom_tool_is_a_function_of_one_text_before_the_model_and_its_input_before_the_client()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Updates = _ => Calling("run_sql", """{"input":"select 1;\n"}""");
        gateway.Model.Finish = ChatFinishReason.ToolCalls;
        var events = Events(await gateway.StreamAsync("/v1/responses", With("""
            "stream":true,"tool_choice":{"type":"custom","name":"run_sql"},"tools":[{"type":"custom","name":"run_sql","format":{"type":"grammar","syntax":"regex","definition":"select [0-9]+;\\n"}}]
            """)));
        var tool = Assert.IsType<AIFunctionDeclaration>(gateway.Model.Calls.Single().Options.Tools!.Single(), exactMatch: false);
        Assert.Equal("""{"type":"object","properties":{"input":{"type":"string","pattern":"^(?:select [0-9]\u002B;\\n)$"}},"required":["input"],"additionalProperties":false}""", tool.JsonSchema.GetRawText());
        Assert.Equal(true, tool.AdditionalProperties["strict"]);
        Assert.Equal("select 1;\n", (string)events.Single(each => (string)each["type"]! == "response.custom_tool_call_input.done")["input"]!);
        var item = events[^1]["response"]!["output"]!.AsArray().Single()!;
        Assert.Equal(("custom_tool_call", "run_sql", "select 1;\n"), ((string)item["type"]!, (string)item["name"]!, (string)item["input"]!));
    }

    [Fact]
    public async Task A_function_of_a_namespace_is_told_with_its_namespace()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Updates = options => Calling(options.Tools!.Single().Name, "{}");
        var (_, body) = await gateway.PostAsync("/v1/responses", With("""
            "tools":[{"type":"namespace","name":"agents","description":"d","tools":[{"type":"function","name":"close","parameters":{"type":"object"},"strict":false}]}]
            """));
        Assert.Equal("agents.close", gateway.Model.Calls.Single().Options.Tools!.Single().Name);
        var item = body["output"]!.AsArray().Single()!;
        Assert.Equal(("close", "agents"), ((string)item["name"]!, (string)item["namespace"]!));
    }

    [Fact]
    public async Task Items_become_the_messages_that_the_model_is_given()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText { ShowsReasoning = true });
        await gateway.PostAsync("/v1/responses", """
            {"model":"parrot","input":[
                {"type":"message","id":"msg_1","role":"developer","content":[{"type":"input_text","text":"rules"}]},
                {"role":"user","content":"q"},
                {"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},
                {"type":"message","id":"msg_2","status":"completed","role":"assistant","content":[{"type":"output_text","text":"one moment","annotations":[]}]},
                {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","namespace":"n","arguments":"{\"a\":1}","status":"completed"},
                {"type":"custom_tool_call","id":"ctc_1","call_id":"c2","name":"g","input":"raw"},
                {"type":"function_call_output","call_id":"c1","output":"1"},
                {"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"2"},{"type":"input_text","text":"3"}]},
                {"role":"user","content":"and?"}]}
            """);
        var messages = gateway.Model.Calls.Single().Messages;
        Assert.Equal(["system", "user", "assistant", "tool", "tool", "user"], messages.Select(message => message.Role.Value));
        Assert.Collection(messages[2].Contents,
            content => Assert.Equal("hm", Assert.IsType<TextReasoningContent>(content).Text),
            content => Assert.Equal("one moment", Assert.IsType<TextContent>(content).Text),
            content => Assert.Equal(("c1", "n.f"), (Assert.IsType<FunctionCallContent>(content).CallId, ((FunctionCallContent)content).Name)),
            content => Assert.Equal("raw", Assert.IsType<FunctionCallContent>(content).Arguments!["input"]));
        Assert.Equal("2\n3", Assert.IsType<FunctionResultContent>(messages[4].Contents.Single()).Result);
    }

    [Fact]
    public async Task Tools_that_OpenAI_hosts_are_not_offered_and_are_named()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.Http.PostAsync(new Uri("/v1/responses", UriKind.Relative), RunningGateway.Json(With(
            $$$"""
            "tools":[{{{WeatherTool}}},{"type":"web_search","external_web_access":true}],"tool_choice":"auto","parallel_tool_calls":true,"client_metadata":{"a":1},"prompt_cache_key":"k",
            "reasoning":{"summary":"auto"},"store":false,"include":["reasoning.encrypted_content"]
            """)), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["get_weather"], gateway.Model.Calls.Single().Options.Tools!.Select(tool => tool.Name));
        Assert.Equal("tools:web_search, prompt_cache_key, client_metadata", string.Join(", ", response.Headers.GetValues("Freehold-Inert").Single().Split(", ").OrderBy(name => name[0] != 't').ThenByDescending(name => name)));
    }

    [Theory]
    [InlineData("""{"tools":[{"type":"web_search"}],"tool_choice":"required"}""", "tool_choice")]
    [InlineData("""{"tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"}}""", "tool_choice.type")]
    [InlineData("""{"tools":[{"type":"custom","name":"p","format":{"type":"grammar","syntax":"lark","definition":"start: X"}}]}""", "tools[0].format.syntax")]
    [InlineData("""{"tools":[{"type":"function","name":"f","parameters":{"type":"object"}},{"type":"function","name":"f","parameters":{"type":"object"}}]}""", "tools[1].name")]
    [InlineData("""{"tools":[{"type":"teleport","name":"f"}]}""", "tools[0].type")]
    [InlineData("""{"tool_choice":{"type":"function","name":"nobody"},"tools":[{"type":"function","name":"f"}]}""", "tool_choice")]
    [InlineData("""{"input":[{"type":"web_search_call","id":"ws_1"}]}""", "input[0].type")]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_image","image_url":"data:"}]}]}""", "input[0].content[0].type")]
    [InlineData("""{"input":[{"role":"user","content":"x","call_id":"c"}]}""", "input[0].call_id")]
    [InlineData("""{"input":[{"type":"function_call","call_id":"c","name":"f","arguments":"no json"}]}""", "input[0].arguments")]
    [InlineData("""{"input":[]}""", "input")]
    [InlineData("""{"reasoning":{"effort":"huge"}}""", "reasoning.effort")]
    [InlineData("""{"reasoning":{"summary":"detailed"}}""", "reasoning.summary")]
    [InlineData("""{"truncation":"auto"}""", "truncation")]
    [InlineData("""{"background":true,"store":false}""", "background")]
    [InlineData("""{"previous_response_id":"resp_1","conversation":"conv_1"}""", "conversation")]
    [InlineData("""{"store":true}""", "store")]
    [InlineData("""{"background":true}""", "background")]
    [InlineData("""{"previous_response_id":"resp_1"}""", "previous_response_id")]
    [InlineData("""{"conversation":"conv_1"}""", "conversation")]
    [InlineData("""{"metadata":{"a":1}}""", "metadata.a")]
    [InlineData("""{"include":["everything"]}""", "include[0]")]
    public async Task What_cannot_be_honoured_is_refused_by_its_path(string fields, string param)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var asked = JsonNode.Parse(Ask)!;
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject())
            asked[name] = value?.DeepClone();
        var (status, body) = await gateway.PostAsync("/v1/responses", asked.ToJsonString());
        Assert.Equal((HttpStatusCode.BadRequest, param), (status, (string?)body["error"]!["param"]));
        Assert.Empty(gateway.Model.Calls);
    }

    [Fact]
    public async Task What_the_model_refuses_names_the_fields_of_responses()
    {
        await using var gateway = await RunningGateway.StartAsync(explain: failure => failure is FormatException ? new Refusal(400, "context_length_exceeded", "messages", failure.Message) : null);
        gateway.Model.Before = (_, _) => throw new FormatException("too long");
        foreach (var stream in (string[])["false", "true"])
        {
            var (status, body) = await gateway.PostAsync("/v1/responses", With($"\"stream\":{stream}"));
            Assert.Equal((HttpStatusCode.BadRequest, "input"), (status, (string)body["error"]!["param"]!));
        }
    }

    [Fact]
    public async Task A_failure_in_mid_stream_ends_it_with_failed()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Before = (count, _) => count < 2 ? Task.CompletedTask : throw new InvalidOperationException("broken");
        var events = Events(await gateway.StreamAsync("/v1/responses", With("\"stream\":true")));
        Assert.Equal("response.failed", (string)events[^1]["type"]!);
        var response = events[^1]["response"]!;
        Assert.Equal(("failed", "server_error"), ((string)response["status"]!, (string)response["error"]!["code"]!));
        Assert.DoesNotContain("broken", response.ToJsonString(), StringComparison.Ordinal); // what is not theirs to know is in the log
    }

    [Fact]
    public async Task While_the_first_token_is_long_in_coming_in_progress_is_told_again_and_again()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Clock = new HastyClock(), SlowReaderTimeout = HastyClock.Never });
        var waited = new TaskCompletionSource();
        gateway.Model.Before = (count, _) => count == 0 ? waited.Task : Task.CompletedTask;
        var streaming = gateway.StreamAsync("/v1/responses", With("\"stream\":true"));
        await Task.Delay(200, TestContext.Current.CancellationToken);
        waited.SetResult();
        var events = Events(await streaming);
        Assert.Equal("response.created", (string)events[0]["type"]!);
        Assert.True(events.Count(each => (string)each["type"]! == "response.in_progress") > 2);
    }

    [Fact]
    public async Task Log_probabilities_come_where_they_are_asked_for()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (_, body) = await gateway.PostAsync("/v1/responses", With("\"include\":[\"message.output_text.logprobs\"],\"top_logprobs\":2"));
        var entries = body["output"]![0]!["content"]![0]!["logprobs"]!.AsArray();
        Assert.Equal(["Pa", "ris", "."], entries.Select(entry => (string)entry!["token"]!));
        Assert.Equal(2, entries[0]!["top_logprobs"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_format_is_handed_on_and_tokens_are_counted_as_the_model_counts_them()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText());
        await gateway.PostAsync("/v1/responses", With("""
            "text":{"format":{"type":"json_schema","name":"x","strict":true,"schema":{"type":"object"}},"verbosity":"medium"}
            """));
        Assert.Equal("""{"type":"object"}""", Assert.IsType<ChatResponseFormatJson>(gateway.Model.Calls.Single().Options.ResponseFormat).Schema!.Value.GetRawText());
        var (_, counted) = await gateway.PostAsync("/v1/responses/input_tokens", """{"model":"parrot","instructions":"i","input":"abc"}""");
        Assert.Equal(("response.input_tokens", "<system>i<user>abc<assistant>".Length), ((string)counted["object"]!, (int)counted["input_tokens"]!));
    }

    [Fact]
    public async Task A_conversation_is_compacted_to_what_users_said_and_a_sealed_summary_that_the_model_gets_back()
    {
        await using var gateway = await RunningGateway.StartAsync(stores: true);
        gateway.Model.Tokens = _ => ["They ", "greeted."];
        var (_, compacted) = await gateway.PostAsync("/v1/responses/compact", """{"model":"parrot","input":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hi"}]}""");
        Assert.Equal("response.compaction", (string)compacted["object"]!);
        Assert.Equal(["message", "compaction"], compacted["output"]!.AsArray().Select(item => (string)item!["type"]!));
        Assert.DoesNotContain("greeted", compacted.ToJsonString(), StringComparison.Ordinal);
        await gateway.PostAsync("/v1/responses", new JsonObject { ["model"] = "parrot", ["input"] = compacted["output"]!.DeepClone() }.ToJsonString());
        Assert.Contains("They greeted.", gateway.Model.Calls[^1].Messages[^1].Text, StringComparison.Ordinal);
    }
}
