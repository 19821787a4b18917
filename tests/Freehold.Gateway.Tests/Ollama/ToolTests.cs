using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.Ollama;

public class ToolTests
{
    private const string Path = "/api/chat";
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Ask(string fields, string messages = """[{"role":"user","content":"Weather in Bern?"}]""") =>
        $$$$$"""{"model":"parrot","messages":{{{{{messages}}}}},"tools":[{"type":"function","function":{"name":"get_weather","description":"Weather now","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}]{{{{{fields}}}}}}""";

    private static async Task<RunningGateway> CallingAsync()
    {
        var gateway = await RunningGateway.StartAsync(text: new ByteText { Traits = new AnswerTraits("generic", Thinks: true, SwitchesThinking: true, TakesEffort: false) });
        CallingScript.CallThenAnswer(gateway.Model);
        return gateway;
    }

    [Fact]
    public async Task A_whole_answer_has_thinking_text_and_calls_whose_arguments_are_objects()
    {
        await using var gateway = await CallingAsync();
        var (_, body) = await gateway.PostAsync(Path, Ask(""","stream":false"""));
        Assert.Equal("""{"role":"assistant","content":"Let me see.","thinking":"Bern, then.","tool_calls":[{"id":"a1b2c3d4e","function":{"index":0,"name":"get_weather","arguments":{"city":"Bern"}}}]}""", body["message"]!.ToJsonString(Plain));
        Assert.Equal("stop", (string)body["done_reason"]!);
        var tool = Assert.IsAssignableFrom<AIFunctionDeclaration>(Assert.Single(gateway.Model.Calls[^1].Options.Tools!));
        Assert.Equal(("get_weather", "Weather now"), (tool.Name, tool.Description));
    }

    [Fact]
    public async Task A_stream_tells_thinking_and_text_as_they_come_and_calls_whole()
    {
        await using var gateway = await CallingAsync();
        var lines = await gateway.LinesAsync(Path, Ask(""));
        string[] expected = [
            """{"role":"assistant","content":"","thinking":"Bern, "}""",
            """{"role":"assistant","content":"","thinking":"then."}""",
            """{"role":"assistant","content":"Let me see."}""",
            """{"role":"assistant","content":"","tool_calls":[{"id":"a1b2c3d4e","function":{"index":0,"name":"get_weather","arguments":{"city":"Bern"}}}]}""",
            """{"role":"assistant","content":""}"""];
        Assert.Equal(expected, lines.Select(line => line["message"]!.ToJsonString(Plain)));
    }

    [Fact]
    public async Task Arguments_of_several_lines_stay_on_the_line_of_their_object()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Updates = _ => [CallingScript.Whole("a1", "f", "{\n  \"n\": 1.50,\n  \"s\": \"ä\\n\"\n}")];
        var lines = await gateway.LinesAsync(Path, Ask(""));
        Assert.Equal("""{"n":1.50,"s":"ä\n"}""", lines[0]["message"]!["tool_calls"]![0]!["function"]!["arguments"]!.ToJsonString(Plain));
    }

    [Fact]
    public async Task A_call_that_was_cut_is_no_call()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Finish = ChatFinishReason.Length;
        gateway.Model.Updates = _ => CallingScript.Cut();
        var (_, body) = await gateway.PostAsync(Path, Ask(""","stream":false"""));
        Assert.Equal("length", (string)body["done_reason"]!);
        Assert.Null(body["message"]!["tool_calls"]);
        Assert.Equal("<tool_call>{\"ci", (string)body["message"]!["content"]!);
        Assert.DoesNotContain(await gateway.LinesAsync(Path, Ask("")), line => line["message"]!["tool_calls"] is not null);
    }

    [Fact]
    public async Task Results_answer_the_first_open_call_of_their_tool()
    {
        await using var gateway = await CallingAsync();
        var (status, _) = await gateway.PostAsync(Path, Ask(""","stream":false""", """
            [{"role":"user","content":"Weather?"},
             {"role":"assistant","thinking":"Hm.","content":"","tool_calls":[{"function":{"name":"f","arguments":{"n":1.50}}},{"function":{"name":"g","arguments":{}}},{"function":{"name":"f"}},{"id":"own","type":"function","function":{"index":3,"name":"h","arguments":{}}}]},
             {"role":"tool","tool_name":"g","content":"gg"},{"role":"tool","tool_name":"f","content":"f0"},{"role":"tool","tool_call_id":"own","content":"h"},{"role":"tool","content":"f2"}]
            """));
        Assert.Equal(HttpStatusCode.OK, status);
        var messages = gateway.Model.Calls[^1].Messages;
        Assert.Equal("Hm.", Assert.IsType<TextReasoningContent>(messages[1].Contents[0]).Text);
        var calls = messages[1].Contents.OfType<FunctionCallContent>().ToList();
        Assert.Equal(["call00000", "call00001", "call00002", "own"], calls.Select(call => call.CallId));
        Assert.Equal("1.50", ((JsonElement)calls[0].Arguments!["n"]!).GetRawText());
        Assert.Equal([("call00001", "gg"), ("call00000", "f0"), ("own", "h"), ("call00002", "f2")],
            messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>().Select(result => (result.CallId, (string)result.Result!)));
    }

    [Fact]
    public async Task A_result_that_no_call_waits_for_is_refused()
    {
        await using var gateway = await CallingAsync();
        foreach (var (message, param) in new[] { ("\"tool_name\":\"g\"", "tool_name"), ("\"tool_call_id\":\"x\"", "tool_call_id"), ("\"tool_name\":\"\"", "tool_name") })
        {
            var (status, body) = await gateway.PostAsync(Path, Ask("", $$"""[{"role":"assistant","content":"","tool_calls":[]},{"role":"tool","content":"x",{{message}}}]"""));
            Assert.Equal((HttpStatusCode.BadRequest, $"messages[1].{param}"), (status, (string)body["param"]!));
        }
    }

    [Theory]
    [InlineData("true", true, null)]
    [InlineData("false", false, null)]
    [InlineData("\"high\"", true, "think")]
    public async Task Thinking_is_switched_and_a_level_that_the_template_does_not_take_is_named(string think, bool on, string? inert)
    {
        await using var gateway = await CallingAsync();
        foreach (var (path, body) in new[] { (Path, Ask($",\"think\":{think}")), ("/api/generate", $$"""{"model":"parrot","prompt":"x","think":{{think}}}""") })
        {
            using var response = await gateway.Http.PostAsync(new Uri(path, UriKind.Relative), RunningGateway.Json(body), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(inert, response.Headers.TryGetValues("Freehold-Inert", out var named) ? named.Single() : null);
            Assert.Equal(on, gateway.Model.Calls[^1].Options.AdditionalProperties!["thinking"]);
        }
    }

    [Fact]
    public async Task Generate_tells_thinking_beside_its_response()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Updates = _ => [CallingScript.Thinks("Hm."), CallingScript.Says("Paris.")];
        var (_, body) = await gateway.PostAsync("/api/generate", """{"model":"parrot","prompt":"x","stream":false}""");
        Assert.Equal(("Paris.", "Hm."), ((string)body["response"]!, (string)body["thinking"]!));
        var (status, refused) = await gateway.PostAsync("/api/generate", """{"model":"parrot","prompt":"x","raw":true,"think":true}""");
        Assert.Equal((HttpStatusCode.BadRequest, "think"), (status, (string)refused["param"]!));
    }

    [Fact]
    public async Task Show_names_what_a_model_can_and_the_form_of_its_calls()
    {
        await using var gateway = await CallingAsync();
        var (_, body) = await gateway.PostAsync("/api/show", """{"model":"parrot"}""");
        Assert.Equal("""["completion","tools","thinking"]""", body["capabilities"]!.ToJsonString());
        Assert.Equal("generic", (string)body["model_info"]!["freehold.call_format"]!);
    }
}
