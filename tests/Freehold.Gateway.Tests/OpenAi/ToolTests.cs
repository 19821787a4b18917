using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Tests.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.OpenAi;

public class ToolTests
{
    private const string Path = "/v1/chat/completions";
    private const string Weather = """{"type":"function","function":{"name":"get_weather","description":"Weather now","strict":true,"parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}""";

    private static string Ask(string fields, string messages = """[{"role":"user","content":"Weather in Bern?"}]""") => $$"""{"model":"parrot","messages":{{messages}},"tools":[{{Weather}}]{{fields}}}""";

    private static ChatResponseUpdate Pieces(params JsonObject[] pieces) => new() { Role = ChatRole.Assistant, AdditionalProperties = new() { ["tool_calls"] = new JsonArray([.. pieces]) } };

    private static JsonObject Piece(int index, string id, string? name, string arguments)
    {
        var piece = new JsonObject { ["index"] = index, ["id"] = id, ["arguments"] = arguments };
        if (name is not null)
            piece["name"] = name;
        return piece;
    }

    private static FunctionCallContent Whole(string id, string city) => new(id, "get_weather", new Dictionary<string, object?> { ["city"] = city });

    private static IEnumerable<ChatResponseUpdate> TwoCalls() =>
    [
        new(ChatRole.Assistant, [new TextReasoningContent("Bern, "), new TextReasoningContent("then.")]),
        new(ChatRole.Assistant, "Let me see."),
        Pieces(Piece(0, "a1", "get_weather", "")),
        Pieces(Piece(0, "a1", null, "{\"city\": "), Piece(0, "a1", null, "\"Bern\"}")),
        new(ChatRole.Assistant, [Whole("a1", "Bern")]),
        new(ChatRole.Assistant, [Whole("b2", "Thun")]),
    ];

    [Fact]
    public async Task Tools_and_the_choice_among_them_reach_the_model()
    {
        await using var gateway = await RunningGateway.StartAsync();
        foreach (var (choice, mode) in new (string, ChatToolMode?)[]
        {
            ("", null), (",\"tool_choice\":\"auto\"", ChatToolMode.Auto), (",\"tool_choice\":\"none\"", ChatToolMode.None), (",\"tool_choice\":\"required\"", ChatToolMode.RequireAny),
            (",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_weather\"}}", ChatToolMode.RequireSpecific("get_weather")),
        })
        {
            await gateway.PostAsync(Path, Ask(choice + ",\"parallel_tool_calls\":false"));
            var options = gateway.Model.Calls[^1].Options;
            Assert.Equal(mode, options.ToolMode);
            Assert.False(options.AllowMultipleToolCalls);
            var tool = Assert.IsAssignableFrom<AIFunctionDeclaration>(Assert.Single(options.Tools!));
            Assert.Equal(("get_weather", "Weather now", true), (tool.Name, tool.Description, (bool)tool.AdditionalProperties["strict"]!));
            Assert.Equal("city", tool.JsonSchema.GetProperty("required")[0].GetString());
        }
    }

    [Fact]
    public async Task A_whole_answer_has_whole_calls_the_thinking_and_no_empty_content()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Finish = ChatFinishReason.ToolCalls;
        gateway.Model.Updates = _ => TwoCalls().Where(update => update.Text.Length == 0);
        var (_, body) = await gateway.PostAsync(Path, Ask(""));
        Assert.Equal("""{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"reasoning_content":"Bern, then.","reasoning":"Bern, then.","tool_calls":[{"id":"a1","type":"function","function":{"name":"get_weather","arguments":"{\"city\": \"Bern\"}"}},{"id":"b2","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Thun\"}"}}]},"logprobs":null,"finish_reason":"tool_calls"}""",
            body["choices"]![0]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public async Task A_stream_tells_thinking_text_and_calls_as_they_come()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Finish = ChatFinishReason.ToolCalls;
        gateway.Model.Updates = _ => TwoCalls();
        var events = RunningGateway.Events(await gateway.StreamAsync(Path, Ask(",\"stream\":true")));
        var deltas = events[1..^1].ConvertAll(text => JsonNode.Parse(text)!["choices"]![0]!);
        string[] expected = [
            """{"reasoning_content":"Bern, then.","reasoning":"Bern, then."}""",
            """{"content":"Let me see."}""",
            """{"tool_calls":[{"index":0,"id":"a1","type":"function","function":{"name":"get_weather","arguments":""}}]}""",
            """{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\": "}},{"index":0,"function":{"arguments":"\"Bern\"}"}}]}""",
            """{"tool_calls":[{"index":1,"id":"b2","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Thun\"}"}}]}""",
            "{}"];
        Assert.Equal(expected, deltas.Select(choice => choice["delta"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })));
        Assert.Equal("tool_calls", (string)deltas[^1]["finish_reason"]!);
    }

    [Fact]
    public async Task A_call_that_was_cut_is_no_call_of_a_whole_answer()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Finish = ChatFinishReason.Length;
        gateway.Model.Updates = _ => [Pieces(Piece(0, "a1", "get_weather", "{\"ci")), new(ChatRole.Assistant, "<tool_call>{\"ci")];
        var (_, body) = await gateway.PostAsync(Path, Ask(""));
        var choice = body["choices"]![0]!;
        Assert.Equal("length", (string)choice["finish_reason"]!);
        Assert.Null(choice["message"]!["tool_calls"]);
        Assert.Equal("<tool_call>{\"ci", (string)choice["message"]!["content"]!);
    }

    [Fact]
    public async Task Calls_results_and_thinking_that_are_sent_back_reach_the_model()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.PostAsync(Path, Ask("", """
            [{"role":"user","content":"Weather?"},
             {"role":"assistant","content":null,"reasoning_content":"Hm.","tool_calls":[{"id":"a1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Bern\",\"n\":1.50}"}}]},
             {"role":"tool","tool_call_id":"a1","content":[{"type":"text","text":"12"},{"type":"text","text":"degrees"}]}]
            """));
        var messages = gateway.Model.Calls[^1].Messages;
        Assert.Equal("Hm.", Assert.IsType<TextReasoningContent>(messages[1].Contents[0]).Text);
        var call = Assert.IsType<FunctionCallContent>(messages[1].Contents[1]);
        Assert.Equal(("a1", "get_weather", "1.50"), (call.CallId, call.Name, ((JsonElement)call.Arguments!["n"]!).GetRawText()));
        Assert.Equal(ChatRole.Tool, messages[2].Role);
        var result = Assert.IsType<FunctionResultContent>(Assert.Single(messages[2].Contents));
        Assert.Equal(("a1", "12\ndegrees"), (result.CallId, (string)result.Result!));
    }

    [Fact]
    public async Task A_format_reaches_the_model_and_what_is_not_enforced_of_it_is_named()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Updates = _ => [new() { AdditionalProperties = new() { ["unenforced"] = new[] { "#/not", "get_weather#/properties/größe, b/if" } } }, new(ChatRole.Assistant, "{}")];
        foreach (var stream in new[] { "", ",\"stream\":true" })
        {
            using var response = await gateway.Http.PostAsync(new Uri(Path, UriKind.Relative), RunningGateway.Json("""
                {"model":"parrot","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"not":{}}}}STREAM}
                """.Replace("STREAM", stream, StringComparison.Ordinal)), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("#/not, get_weather#/properties/gr%C3%B6%C3%9Fe%2C%20b/if", response.Headers.GetValues("Freehold-Unenforced").Single());
            var options = gateway.Model.Calls[^1].Options;
            Assert.Equal("""{"not":{}}""", Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat).Schema!.Value.GetRawText());
            Assert.False((bool)options.AdditionalProperties!["strict"]!);
        }
        await gateway.PostAsync(Path, """{"model":"parrot","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_object"},"grammar":"root ::= \"a\""}""");
        Assert.Null(Assert.IsType<ChatResponseFormatJson>(gateway.Model.Calls[^1].Options.ResponseFormat).Schema);
        Assert.Equal("root ::= \"a\"", gateway.Model.Calls[^1].Options.AdditionalProperties!["grammar"]);
    }

    private const string Patch = """{"type":"custom","custom":{"name":"apply_patch","description":"Patches","format":{"type":"grammar","grammar":{"syntax":"regex","definition":"[a-z]+|\\d"}}}}""";

    [Fact]
    public async Task A_custom_tool_is_a_function_with_one_string_to_the_model()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.PostAsync(Path, $$$$$"""{"model":"parrot","messages":[{"role":"user","content":"x"}],"tools":[{{{{{Patch}}}}}],"tool_choice":{"type":"custom","custom":{"name":"apply_patch"}}}""");
        var options = gateway.Model.Calls[^1].Options;
        var tool = Assert.IsAssignableFrom<AIFunctionDeclaration>(Assert.Single(options.Tools!));
        Assert.Equal(("apply_patch", "Patches", true), (tool.Name, tool.Description, (bool)tool.AdditionalProperties["strict"]!));
        Assert.Equal("""^(?:[a-z]+|\d)$""", tool.JsonSchema.GetProperty("properties").GetProperty("input").GetProperty("pattern").GetString());
        Assert.Equal(ChatToolMode.RequireSpecific("apply_patch"), options.ToolMode);
    }

    [Fact]
    public async Task A_call_of_a_custom_tool_tells_its_input_as_text_whole_and_streamed_beside_functions()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Finish = ChatFinishReason.ToolCalls;
        gateway.Model.Updates = _ =>
        [
            Pieces(Piece(0, "a1", "apply_patch", "{\"input\": \"a\\n")), Pieces(Piece(0, "a1", null, "b\"}")), CallingScript.Whole("a1", "apply_patch", "{}"),
            Pieces(Piece(1, "b2", "get_weather", "{}")), CallingScript.Whole("b2", "get_weather", "{}"),
        ];
        var ask = $$"""{"model":"parrot","messages":[{"role":"user","content":"x"}],"tools":[{{Patch}},{{Weather}}]STREAM}""";
        var (_, body) = await gateway.PostAsync(Path, ask.Replace("STREAM", "", StringComparison.Ordinal));
        Assert.Equal("""[{"id":"a1","type":"custom","custom":{"name":"apply_patch","input":"a\nb"}},{"id":"b2","type":"function","function":{"name":"get_weather","arguments":"{}"}}]""", body["choices"]![0]!["message"]!["tool_calls"]!.ToJsonString());
        var events = RunningGateway.Events(await gateway.StreamAsync(Path, ask.Replace("STREAM", ",\"stream\":true", StringComparison.Ordinal)));
        Assert.Equal(["""[{"index":0,"id":"a1","type":"custom","custom":{"name":"apply_patch","input":"a\nb"}}]""", """[{"index":1,"id":"b2","type":"function","function":{"name":"get_weather","arguments":"{}"}}]"""],
            events[..^1].Select(text => JsonNode.Parse(text)!["choices"]![0]!["delta"]!["tool_calls"]?.ToJsonString()).Where(calls => calls is not null));
    }

    [Fact]
    public async Task A_custom_call_that_is_sent_back_is_a_call_with_its_input()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.PostAsync(Path, Ask("", """[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"a1","type":"custom","custom":{"name":"apply_patch","input":"a\nb"}}]},{"role":"tool","tool_call_id":"a1","content":"done"}]"""));
        var call = Assert.IsType<FunctionCallContent>(Assert.Single(gateway.Model.Calls[^1].Messages[1].Contents));
        Assert.Equal(("apply_patch", "a\nb"), (call.Name, (string)call.Arguments!["input"]!));
    }

    [Fact]
    public async Task Allowed_tools_leave_the_others_in_the_prompt()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.PostAsync(Path, $$$$$"""{"model":"parrot","messages":[{"role":"user","content":"x"}],"tools":[{{{{{Patch}}}}},{{{{{Weather}}}}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"get_weather"}}]}}}""");
        var options = gateway.Model.Calls[^1].Options;
        Assert.Equal((2, ChatToolMode.RequireAny), (options.Tools!.Count, options.ToolMode));
        Assert.Equal(["get_weather"], Assert.IsType<string[]>(options.AdditionalProperties!["allowed_tools"]));
    }

    [Fact]
    public async Task A_prediction_reaches_the_model_and_what_came_true_of_it_is_counted()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Updates = _ => [new(ChatRole.Assistant, [new UsageContent(new() { InputTokenCount = 5, OutputTokenCount = 9, AdditionalCounts = new() { ["accepted_prediction_tokens"] = 6, ["rejected_prediction_tokens"] = 2 } })])];
        var (_, body) = await gateway.PostAsync(Path, """{"model":"parrot","messages":[{"role":"user","content":"x"}],"prediction":{"type":"content","content":[{"type":"text","text":"let x"},{"type":"text","text":" = 1;"}]}}""");
        Assert.Equal("let x = 1;", gateway.Model.Calls[^1].Options.AdditionalProperties!["prediction"]);
        Assert.Equal("""{"accepted_prediction_tokens":6,"rejected_prediction_tokens":2}""", body["usage"]!["completion_tokens_details"]!.ToJsonString());
    }

    [Theory]
    [InlineData("none", true, false, null, null)]
    [InlineData("medium", true, true, null, "reasoning_effort")]
    [InlineData("minimal", false, null, "low", null)]
    public async Task The_effort_switches_thinking_or_reaches_the_template(string effort, bool switches, bool? on, string? level, string? inert)
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText { Traits = new("generic", Thinks: true, switches, TakesEffort: !switches) });
        using var response = await gateway.Http.PostAsync(new Uri(Path, UriKind.Relative), RunningGateway.Json(Ask($",\"reasoning_effort\":\"{effort}\"")), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var further = gateway.Model.Calls[^1].Options.AdditionalProperties!;
        Assert.Equal((on, level), ((bool?)further.GetValueOrDefault("thinking"), (string?)further.GetValueOrDefault("reasoning_effort")));
        Assert.Equal(inert, response.Headers.TryGetValues("Freehold-Inert", out var named) ? named.Single() : null);
    }
}
