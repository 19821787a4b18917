using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.Anthropic;

public class ToolTests
{
    private const string Path = "/v1/messages";
    private const string Weather = """{"name":"get_weather","description":"Weather now","strict":true,"input_schema":{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}""";
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Ask(string fields = "", string messages = """[{"role":"user","content":"Weather in Bern?"}]""", string tools = Weather) =>
        $$"""{"model":"parrot","max_tokens":100,"messages":{{messages}},"tools":[{{tools}}]{{fields}}}""";

    private static async Task<RunningGateway> CallingAsync()
    {
        var gateway = await RunningGateway.StartAsync(text: new ByteText());
        CallingScript.CallThenAnswer(gateway.Model);
        return gateway;
    }

    [Fact]
    public async Task Tools_and_the_choice_among_them_reach_the_model()
    {
        await using var gateway = await RunningGateway.StartAsync();
        foreach (var (choice, mode) in new (string, ChatToolMode?)[]
        {
            ("", null), (""","tool_choice":{"type":"auto"}""", ChatToolMode.Auto), (""","tool_choice":{"type":"none"}""", ChatToolMode.None),
            (""","tool_choice":{"type":"any","disable_parallel_tool_use":true}""", ChatToolMode.RequireAny), (""","tool_choice":{"type":"tool","name":"get_weather"}""", ChatToolMode.RequireSpecific("get_weather")),
        })
        {
            await gateway.PostAsync(Path, Ask(choice));
            var options = gateway.Model.Calls[^1].Options;
            Assert.Equal(mode, options.ToolMode);
            Assert.Equal(choice.Contains("disable", StringComparison.Ordinal) ? false : null, options.AllowMultipleToolCalls);
            var tool = Assert.IsAssignableFrom<AIFunctionDeclaration>(Assert.Single(options.Tools!));
            Assert.Equal(("get_weather", "Weather now", true), (tool.Name, tool.Description, (bool)tool.AdditionalProperties["strict"]!));
            Assert.Equal("city", tool.JsonSchema.GetProperty("required")[0].GetString());
        }
    }

    [Fact]
    public async Task A_whole_answer_has_its_blocks_in_their_order()
    {
        await using var gateway = await CallingAsync();
        var (_, body) = await gateway.PostAsync(Path, Ask());
        var signature = (string)body["content"]![0]!["signature"]!;
        Assert.Equal($$$"""[{"type":"thinking","thinking":"Bern, then.","signature":"{{{signature}}}"},{"type":"text","text":"Let me see."},{"type":"tool_use","id":"a1b2c3d4e","name":"get_weather","input":{"city":"Bern"}}]""", body["content"]!.ToJsonString(Plain));
        Assert.Equal("tool_use", (string)body["stop_reason"]!);
    }

    [Theory]
    [InlineData(false, new[] { "", "{\"city\": \"Bern\"}" })]
    [InlineData(true, new[] { "", "{\"city\": ", "\"Bern\"}" })]
    public async Task A_stream_tells_each_block_and_a_tools_input_whole_unless_it_is_wanted_while_it_is_written(bool eager, string[] input)
    {
        await using var gateway = await CallingAsync();
        var events = await gateway.EventsAsync(Ask(""","stream":true""", tools: Weather.Replace("\"strict\"", $"\"eager_input_streaming\":{(eager ? "true" : "false")},\"strict\"", StringComparison.Ordinal)));
        var blocks = events[1..^2].ConvertAll(data => ((int)data["index"]!, (string)data["type"]!, (string?)(data["content_block"]?["type"] ?? data["delta"]?["type"])));
        var expected = new List<(int, string, string?)>
        {
            (0, "content_block_start", "thinking"), (0, "content_block_delta", "thinking_delta"), (0, "content_block_delta", "thinking_delta"), (0, "content_block_delta", "signature_delta"), (0, "content_block_stop", null),
            (1, "content_block_start", "text"), (1, "content_block_delta", "text_delta"), (1, "content_block_stop", null), (2, "content_block_start", "tool_use"),
        };
        expected.AddRange(input[1..].Select(_ => (2, "content_block_delta", (string?)"input_json_delta")));
        expected.Add((2, "content_block_stop", null));
        Assert.Equal(expected, blocks);
        Assert.Equal(input[1..], events.Where(data => data["delta"]?["partial_json"] is not null).Select(data => (string)data["delta"]!["partial_json"]!));
        Assert.Equal("""{"type":"tool_use","id":"a1b2c3d4e","name":"get_weather","input":{}}""", events.Single(data => (string?)data["content_block"]?["type"] == "tool_use")["content_block"]!.ToJsonString());
        Assert.Equal("tool_use", (string)events[^2]["delta"]!["stop_reason"]!);
        // "[get_weather]<user>Weather in Bern?<assistant>", a token a byte: tools are part of the prompt
        Assert.Equal("[get_weather]<user>Weather in Bern?<assistant>".Length, (int)events[0]["message"]!["usage"]!["input_tokens"]!);
    }

    [Fact]
    public async Task A_call_that_was_cut_is_shown_as_text_and_never_counts_as_one()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Finish = ChatFinishReason.Length;
        gateway.Model.Updates = _ => CallingScript.Cut();
        var (_, body) = await gateway.PostAsync(Path, Ask());
        Assert.Equal("""[{"type":"text","text":"<tool_call>{\"ci"}]""", body["content"]!.ToJsonString(Plain));
        Assert.Equal("max_tokens", (string)body["stop_reason"]!);
        var events = await gateway.EventsAsync(Ask(""","stream":true"""));
        Assert.DoesNotContain(events, data => (string?)data["content_block"]?["type"] == "tool_use");
        Assert.Equal("max_tokens", (string)events[^2]["delta"]!["stop_reason"]!);
    }

    [Fact]
    public async Task A_call_that_is_long_in_coming_is_accompanied_by_pings()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Clock = new LeapingClock() });
        CallingScript.CallThenAnswer(gateway.Model);
        var types = (await gateway.EventsAsync(Ask(""","stream":true"""))).ConvertAll(data => (string)data["type"]!);
        Assert.Contains("ping", types);
    }

    /// <summary>Each look at it is a minute later.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private long _minutes;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => 60 * Interlocked.Increment(ref _minutes);
    }

    [Fact]
    public async Task Calls_results_and_thinking_that_are_sent_back_reach_the_model()
    {
        await using var gateway = await CallingAsync();
        var first = (await gateway.PostAsync(Path, Ask())).Body["content"]!.AsArray();
        var conversation = new JsonArray(
            new JsonObject { ["role"] = "user", ["content"] = "Weather?" },
            new JsonObject { ["role"] = "assistant", ["content"] = first.DeepClone() },
            JsonNode.Parse("""
                {"role":"user","content":[
                    {"type":"tool_result","tool_use_id":"a1b2c3d4e","is_error":true,"content":[{"type":"text","text":"no such","cache_control":{"type":"ephemeral"}},{"type":"text","text":"city"}]},
                    {"type":"text","text":"Try Thun."}]}
                """));
        var (status, _) = await gateway.PostAsync(Path, Ask(messages: conversation.ToJsonString()));
        Assert.Equal(HttpStatusCode.OK, status);
        var messages = gateway.Model.Calls[^1].Messages;
        Assert.Equal([ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.User], messages.Select(message => message.Role));
        Assert.Equal("Bern, then.", Assert.IsType<TextReasoningContent>(messages[1].Contents[0]).Text);
        var call = Assert.IsType<FunctionCallContent>(messages[1].Contents[2]);
        Assert.Equal(("a1b2c3d4e", "get_weather", "Bern"), (call.CallId, call.Name, ((JsonElement)call.Arguments!["city"]!).GetString()));
        var result = Assert.IsType<FunctionResultContent>(Assert.Single(messages[2].Contents));
        Assert.Equal(("a1b2c3d4e", "Error: no such\ncity"), (result.CallId, (string)result.Result!));
        Assert.Equal("Try Thun.", messages[3].Text);
    }

    [Fact]
    public async Task Hosted_tools_are_not_offered_and_named_in_the_answer()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.Http.PostAsync(new Uri(Path, UriKind.Relative), RunningGateway.Json(Ask(tools: Weather + """,{"type":"web_search_20250305","name":"web_search","max_uses":5}""")), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("tools[].type=web_search_20250305", response.Headers.GetValues("Freehold-Inert").Single());
        Assert.Equal("get_weather", Assert.Single(gateway.Model.Calls[^1].Options.Tools!).Name);
    }

    [Fact]
    public async Task What_is_not_enforced_of_a_tools_schema_is_named_whole_and_streamed()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Updates = _ => [new() { AdditionalProperties = new() { ["unenforced"] = new[] { "get_weather#/not" } } }, new(ChatRole.Assistant, "x")];
        foreach (var stream in new[] { "", ""","stream":true""" })
        {
            using var response = await gateway.Http.PostAsync(new Uri(Path, UriKind.Relative), RunningGateway.Json(Ask(stream)), TestContext.Current.CancellationToken);
            Assert.Equal("get_weather#/not", response.Headers.GetValues("Freehold-Unenforced").Single());
        }
    }

    [Fact]
    public async Task Tools_count_among_the_tokens_of_a_prompt()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText());
        var (_, body) = await gateway.PostAsync("/v1/messages/count_tokens", $$$$$"""{"model":"parrot","messages":[{"role":"user","content":"x"}],"tools":[{{{{{Weather}}}}}],"tool_choice":{"type":"any"},"thinking":{"type":"enabled","budget_tokens":2000}}""");
        Assert.Equal("[get_weather]<user>x<assistant>".Length, (int)body["input_tokens"]!);
    }

    [Theory]
    [InlineData(false, false, null, """{"type":"enabled","budget_tokens":1024}""", "thinking")]
    [InlineData(true, true, true, """{"type":"enabled","budget_tokens":1024}""", null)]
    [InlineData(true, false, null, """{"type":"enabled","budget_tokens":1024}""", null)]
    [InlineData(true, true, false, """{"type":"disabled"}""", null)]
    [InlineData(false, false, null, """{"type":"disabled"}""", null)]
    [InlineData(true, true, null, """{"type":"adaptive"}""", null)]
    [InlineData(false, false, null, """{"type":"adaptive"}""", null)]
    public async Task Thinking_is_switched_where_the_model_can_and_named_where_it_never_thinks(bool thinks, bool switches, bool? expected, string thinking, string? inert)
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText { Traits = new AnswerTraits("generic", thinks, switches, false) });
        using var response = await gateway.Http.PostAsync(new Uri(Path, UriKind.Relative), RunningGateway.Json(Ask($",\"thinking\":{thinking}").Replace("100", "2000", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(inert, response.Headers.TryGetValues("Freehold-Inert", out var named) ? named.Single() : null);
        var further = gateway.Model.Calls[^1].Options.AdditionalProperties!;
        Assert.Equal(expected, further.TryGetValue("thinking", out var on) ? on : null);
        Assert.Equal(thinks && thinking.Contains("budget", StringComparison.Ordinal), further.TryGetValue("thinking_budget", out var budget) && (int)budget! == 1024);
    }

    [Fact]
    public async Task A_model_that_always_thinks_cannot_be_asked_not_to()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText { Traits = new AnswerTraits("generic", Thinks: true, SwitchesThinking: false, TakesEffort: false) });
        var (status, body) = await gateway.PostAsync(Path, Ask(""","thinking":{"type":"disabled"}"""));
        Assert.Equal((HttpStatusCode.BadRequest, "thinking"), (status, (string)body["error"]!["details"]!["param"]!));
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "output_config.effort")]
    public async Task Effort_counts_where_the_template_takes_it(bool takes, string? inert)
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText { Traits = new AnswerTraits("generic", takes, false, takes) });
        using var response = await gateway.Http.PostAsync(new Uri(Path, UriKind.Relative), RunningGateway.Json(Ask(""","output_config":{"effort":"max"}""")), TestContext.Current.CancellationToken);
        Assert.Equal(inert, response.Headers.TryGetValues("Freehold-Inert", out var named) ? named.Single() : null);
        Assert.Equal(takes ? "high" : null, gateway.Model.Calls[^1].Options.AdditionalProperties!.GetValueOrDefault("reasoning_effort"));
    }

    [Fact]
    public async Task What_Claude_Code_sends_is_answered()
    {
        await using var gateway = await CallingAsync();
        var first = (await gateway.PostAsync(Path, Ask())).Body["content"]!.AsArray()[0]!.ToJsonString(Plain);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path + "?beta=true")
        {
            Content = RunningGateway.Json($$$"""
                {"model":"parrot","max_tokens":32000,"stream":true,
                 "system":[{"type":"text","text":"You are Claude Code.","cache_control":{"type":"ephemeral"}},{"type":"text","text":"Rules.","cache_control":{"type":"ephemeral","ttl":"1h","scope":"global"}}],
                 "messages":[{"role":"user","content":[{"type":"text","text":"<system-reminder>x</system-reminder>"},{"type":"text","text":"Run echo hi","cache_control":{"type":"ephemeral"}}]},
                  {"role":"system","content":"Skills."},
                  {"role":"assistant","content":[{{{first}}},{"type":"tool_use","id":"toolu_1","name":"Bash","input":{"command":"echo hi"}}]},
                  {"role":"user","content":[{"tool_use_id":"toolu_1","type":"tool_result","content":"hi","is_error":false,"cache_control":{"type":"ephemeral"}}]}],
                 "tools":[{"name":"Bash","description":"Runs","input_schema":{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"command":{"type":"string"},"timeout":{"type":"number"}},"required":["command"],"additionalProperties":false}}],
                 "metadata":{"user_id":"{\"device_id\":\"x\"}"},"thinking":{"type":"enabled","budget_tokens":31999},
                 "context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]},"output_config":{"effort":"high"}}
                """),
        };
        request.Headers.Add("anthropic-version", "2023-06-01");
        request.Headers.Add("anthropic-beta", "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,effort-2025-11-24");
        using var response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("system[].cache_control, messages[].content[].cache_control, metadata, context_management, thinking, output_config.effort, messages[].content[].thinking, anthropic-beta",
            response.Headers.GetValues("Freehold-Inert").Single());
        Assert.Contains("\"stop_reason\":\"end_turn\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
