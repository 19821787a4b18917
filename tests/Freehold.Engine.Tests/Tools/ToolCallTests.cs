using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Engine.Chat;
using Freehold.Engine.Constraints;
using Freehold.Engine.Refusals;
using Freehold.Engine.Tests.Fakes;
using Freehold.Models.Templates;
using Freehold.Models.Templates.ToolUse;
using Freehold.Tests;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Tests.Tools;

public class ToolCallTests
{
    private const string Plain = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";
    private static readonly JsonElement _city = JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string","description":"Where","enum":["Bern","Thun"]},"days":{"type":"integer","description":"How long","minimum":1,"maximum":9}},"required":["city"],"additionalProperties":false}""");
    private static readonly ChatMessage[] _messages = [new(ChatRole.User, "Weather in Bern?")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal static AIFunctionDeclaration Tool(string name, JsonElement schema, bool strict = false) => new Declared(name, schema, strict);

    private static ChatOptions Options(ChatToolMode mode, params AITool[] tools) => new() { Tools = tools.Length > 0 ? tools : [Tool("weather", _city), Tool("geo.find", _city)], ToolMode = mode, Temperature = 0 };

    private static Bench BenchOf(string template, RememberingModel? model = null, ByteTokenizer? tokenizer = null) =>
        new(Bench.Small(4096), model: model ?? new RememberingModel(258, context: 1 << 15), template: ChatTemplate.Parse(template), tokenizer: tokenizer);

    /// <summary>The published templates whose calls are read.</summary>
    private static IEnumerable<(string Name, string Source)> Families() =>
        from path in Directory.GetFiles(SharedData.Require("data/chat-templates"), "*.jinja").Order(StringComparer.Ordinal)
        let source = File.ReadAllText(path)
        where AnswerFormat.Of(ChatTemplate.Parse(source)) is { Calls: not null, Family: not "generic" } || path.Contains("gemma-2", StringComparison.Ordinal)
        select (Path.GetFileName(path), source);

    [Fact]
    public async Task In_every_family_a_model_that_knows_nothing_makes_valid_calls_when_it_must()
    {
        var count = 0;
        foreach (var (name, source) in Families())
        {
            using var bench = BenchOf(source);
            using var client = new EngineChatClient(bench.Engine);
            var options = Options(ChatToolMode.RequireSpecific("geo.find"));
            (options.Temperature, options.Seed, options.AllowMultipleToolCalls) = (2, 7, false);
            // Thinking that the prompt began ends when the model says so; this one must be told.
            var isThinking = bench.Engine.Model.Answers!.Reasoning is { } reasoning && reasoning.StartsInside(new ChatPrompt("x", bench.Engine.Model.Render, bench.Engine.Model.Answers).Render(_messages).Prompt.Text);
            if (isThinking)
                continue;
            var response = await client.GetResponseAsync(_messages, options, Cancellation);
            var call = Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>());
            Assert.True((name, call.Name, response.FinishReason) == (name, "geo.find", ChatFinishReason.ToolCalls), name);
            Assert.True(bench.Engine.Compile(Constraint.JsonSchema(_city)).Accepts(Encoding.UTF8.GetBytes((string)call.RawRepresentation!)), $"{name}: {call.RawRepresentation}");
            Assert.Equal("", response.Text);
            count++;
        }
        Assert.True(count > 20, $"{count} families");
    }

    [Fact]
    public async Task In_every_family_what_the_model_writes_comes_back_as_text_and_calls()
    {
        foreach (var (name, source) in Families())
        {
            var format = AnswerFormat.Of(ChatTemplate.Parse(source));
            var calls = format.Calls!;
            var lead = calls.BeginsAnswer ? "" : format.Reasoning is { } reasoning ? $"{reasoning.Opens}Hm {calls.Beginnings.First().Trim()} no.{reasoning.Closes}Let me see." : "Let me see.";
            (string, string)[] wanted = calls.Several ? [("weather", """{"city": "Bern"}"""), ("geo.find", """{"city": "Thun", "days": 3}""")] : [("weather", """{"city": "Bern"}""")];
            using var bench = BenchOf(source, Speaker.Of(lead + calls.Write(wanted)));
            using var client = new EngineChatClient(bench.Engine);
            var startsInside = format.Reasoning is { } known && known.StartsInside(new ChatPrompt("x", bench.Engine.Model.Render, format).Render(_messages).Prompt.Text);
            if (startsInside)
                continue;
            var response = await client.GetResponseAsync(_messages, Options(ChatToolMode.Auto), Cancellation);
            var found = response.Messages[0].Contents.OfType<FunctionCallContent>().ToList();
            Assert.True(wanted.SequenceEqual(found.Select(call => (call.Name, (string)call.RawRepresentation!))), $"{name}: {response.Text}");
            Assert.True(response.FinishReason == ChatFinishReason.ToolCalls, name);
            Assert.Equal(lead.Length == 0 ? "" : "Let me see.", response.Text);
            Assert.Equal(format.Reasoning is null || lead.Length == 0, !response.Messages[0].Contents.OfType<TextReasoningContent>().Any());
        }
    }

    [Fact]
    public async Task Arguments_are_held_to_their_schema_once_a_call_has_begun_and_free_text_is_not()
    {
        using var bench = BenchOf(Plain, Speaker.Of("Zürich? <tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Zurich\"}}\n</tool_call>"));
        using var client = new EngineChatClient(bench.Engine);
        var options = Options(ChatToolMode.Auto);
        options.AllowMultipleToolCalls = false;
        var response = await client.GetResponseAsync(_messages, options, Cancellation);
        Assert.Equal("Zürich?", response.Text);
        var call = Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.Contains(call.Arguments!["city"]!.ToString(), (string[])["Bern", "Thun"]);
    }

    [Fact]
    public async Task An_answer_without_a_call_is_text_and_ends_as_text()
    {
        using var bench = BenchOf(Plain, Speaker.Of("It <tool_ rains."));
        using var client = new EngineChatClient(bench.Engine);
        var response = await client.GetResponseAsync(_messages, Options(ChatToolMode.Auto), Cancellation);
        Assert.Equal(("It <tool_ rains.", ChatFinishReason.Stop), (response.Text, response.FinishReason!.Value));
    }

    [Theory]
    [InlineData("{\"name\":\"weather\",\"parameters\":{\"city\":\"Zurich\"}}", true)]
    [InlineData("<|python_tag|>{\"name\": \"weather\", \"parameters\": {\"city\": \"Zurich\"}}", true)]
    [InlineData("{ \"name\" : \"weather\", \"parameters\": {\"city\": \"Zurich\"}}", false)]
    [InlineData("{\"name\": \"nobody\", \"parameters\": {\"city\": \"Zurich\"}}", false)]
    [InlineData("{\"a\": 1}", false)]
    public async Task Where_an_object_alone_tells_a_call_it_is_held_to_its_schema_or_is_text(string wanted, bool isCall)
    {
        var source = await File.ReadAllTextAsync(SharedData.Require("data/chat-templates/meta-llama-Llama-3.2-3B-Instruct.jinja"), Cancellation);
        using var bench = BenchOf(source, Speaker.Of(wanted));
        using var client = new EngineChatClient(bench.Engine);
        var response = await client.GetResponseAsync(_messages, Options(ChatToolMode.Auto, Tool("weather", _city, strict: true)), Cancellation);
        var call = response.Messages[0].Contents.OfType<FunctionCallContent>().SingleOrDefault();
        Assert.Equal((isCall, isCall ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop), (call is not null, response.FinishReason!.Value));
        Assert.Equal(isCall ? "" : wanted, response.Text);
        if (call is not null)
            Assert.True(bench.Engine.Compile(Constraint.JsonSchema(_city)).Accepts(Encoding.UTF8.GetBytes((string)call.RawRepresentation!)));
    }

    [Fact]
    public async Task A_stream_tells_the_pieces_of_a_call_before_the_call_and_they_are_its_arguments()
    {
        using var bench = BenchOf(Plain, Speaker.Of("<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\", \"days\": 4}}\n</tool_call>"));
        using var client = new EngineChatClient(bench.Engine);
        var (pieces, call) = (new List<JsonObject>(), (FunctionCallContent?)null);
        await foreach (var update in client.GetStreamingResponseAsync(_messages, Options(ChatToolMode.Auto), Cancellation))
        {
            if (update.AdditionalProperties?["tool_calls"] is JsonArray told)
            {
                Assert.Null(call);
                pieces.AddRange(told.Select(piece => (JsonObject)piece!));
            }
            call ??= update.Contents.OfType<FunctionCallContent>().SingleOrDefault();
        }
        Assert.Equal("weather", (string)pieces[0]["name"]!);
        Assert.All(pieces, piece => Assert.Equal((0, call!.CallId), ((int)piece["index"]!, (string)piece["id"]!)));
        Assert.Equal(("""{"city": "Bern", "days": 4}""", 9), (string.Concat(pieces.Select(piece => (string)piece["arguments"]!)), call!.CallId.Length));
        Assert.True(pieces.Count > 5);
    }

    [Fact]
    public async Task A_call_that_is_cut_is_text_with_the_reason_length()
    {
        using var bench = BenchOf(Plain, Speaker.Of("<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\"}}\n</tool_call>"));
        using var client = new EngineChatClient(bench.Engine);
        var options = Options(ChatToolMode.RequireAny);
        options.MaxOutputTokens = 50;
        var response = await client.GetResponseAsync(_messages, options, Cancellation);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Empty(response.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.StartsWith("<tool_call>", response.Text, StringComparison.Ordinal);
        (options.MaxOutputTokens, options.StopSequences) = (null, ["Ber"]);
        response = await client.GetResponseAsync(_messages, options, Cancellation);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Empty(response.Messages[0].Contents.OfType<FunctionCallContent>());
    }

    [Fact]
    public async Task Marks_that_are_control_tokens_are_seen_and_other_control_tokens_are_not()
    {
        var tokenizer = new ByteTokenizer("<tool_call>", "</tool_call>", "<other>") { Marks = new HashSet<int> { 258, 259, 260 } };
        int[] Bytes(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];
        using var bench = BenchOf(Plain, Speaker.Of(tokenizer.VocabularySize, [258, .. Bytes("\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\"}}\n"), 259]), tokenizer);
        using var client = new EngineChatClient(bench.Engine);
        var response = await client.GetResponseAsync(_messages, Options(ChatToolMode.Auto), Cancellation);
        Assert.Equal("weather", Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>()).Name);
        using var plain = BenchOf(Plain, Speaker.Of(tokenizer.VocabularySize, [260, .. Bytes("a")]), tokenizer);
        using var other = new EngineChatClient(plain.Engine);
        Assert.Equal("a", (await other.GetResponseAsync(_messages, new() { Temperature = 0 }, Cancellation)).Text);
    }

    [Fact]
    public async Task A_schema_that_cannot_be_enforced_is_refused_where_it_is_strict_and_named_where_it_is_not()
    {
        var schema = JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"integer","not":{"const":1}}}}""");
        using var bench = BenchOf(Plain);
        using var client = new EngineChatClient(bench.Engine);
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetResponseAsync(_messages, Options(ChatToolMode.RequireAny, Tool("f", schema, strict: true)), Cancellation));
        Assert.Equal(("unsupported_constraint", "tools", "f#/properties/a/not"), (refused.Code, refused.Parameter, refused.Data["pointer"]));
        var response = await client.GetResponseAsync(_messages, Options(ChatToolMode.RequireAny, Tool("f", schema)), Cancellation);
        Assert.Equal(["f#/properties/a/not"], (string[])response.AdditionalProperties!["unenforced"]!);
        var format = await client.GetResponseAsync(_messages, new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema), AdditionalProperties = new() { ["strict"] = false } }, Cancellation);
        Assert.Equal(["#/properties/a/not"], (string[])format.AdditionalProperties!["unenforced"]!);
    }

    [Fact]
    public async Task What_tools_cannot_be_offered_with_is_refused()
    {
        using var bench = BenchOf(Plain);
        using var client = new EngineChatClient(bench.Engine);
        async Task<string?> Refused(Action<ChatOptions> change, ChatToolMode? mode = null, params AITool[] tools)
        {
            var options = Options(mode ?? ChatToolMode.Auto, tools);
            change(options);
            return (await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetResponseAsync(_messages, options, Cancellation))).Parameter;
        }
        Assert.Equal("response_format", await Refused(options => options.ResponseFormat = ChatResponseFormat.Json));
        Assert.Equal("tools", await Refused(options => options.AdditionalProperties = new() { ["raw_prompt"] = "x" }));
        Assert.Equal("tool_choice", await Refused(_ => { }, ChatToolMode.RequireSpecific("nobody")));
        Assert.Equal("tools", await Refused(_ => { }, null, Tool("a b", _city)));
        Assert.Equal("tools", await Refused(_ => { }, null, Tool("a", _city), Tool("a", _city)));
        using var unread = BenchOf("{{ tools }}<tool_call>{% for m in messages %}{{ m.content }}{% endfor %}<arg_key>");
        using var other = new EngineChatClient(unread.Engine);
        Assert.Contains("glm-4", (await Assert.ThrowsAsync<RequestRefusedException>(() => other.GetResponseAsync(_messages, Options(ChatToolMode.Auto), Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_and_results_of_earlier_turns_stand_in_the_prompt()
    {
        ChatMessage[] messages = [.. _messages,
            new(ChatRole.Assistant, [new TextReasoningContent("Hm."), new FunctionCallContent("a1", "weather", new Dictionary<string, object?> { ["city"] = JsonElement.Parse("\"Bern\"") })]),
            new(ChatRole.Tool, [new FunctionResultContent("a1", "12 degrees")])];
        var qwen = ChatTemplate.Parse(await File.ReadAllTextAsync(SharedData.Require("data/chat-templates/Qwen-Qwen3-0.6B.jinja"), Cancellation));
        foreach (var (template, call) in new[] { (qwen, "{\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\"}}"), (ChatTemplate.Parse(Plain), "{\"name\": \"weather\", \"arguments\": {\"city\":\"Bern\"}}") })
        {
            var prompt = new ChatPrompt("x", input => template.Render(input, new TemplateSettings()), AnswerFormat.Of(template)).Render(messages).Prompt.Text;
            Assert.Contains(call, prompt, StringComparison.Ordinal);
            Assert.Contains("<tool_response>\n12 degrees\n</tool_response>", prompt, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Thinking_is_told_apart_and_what_is_constrained_comes_behind_it()
    {
        var source = await File.ReadAllTextAsync(SharedData.Require("data/chat-templates/Qwen-QwQ-32B.jinja"), Cancellation);
        using var bench = BenchOf(source, Speaker.Of("Hm, {} maybe.</think>\n\n{\"city\": \"Bern\"}"));
        using var client = new EngineChatClient(bench.Engine);
        var thinks = new AdditionalPropertiesDictionary { ["chat_template_kwargs"] = new JsonObject { ["enable_thinking"] = true } };
        var response = await client.GetResponseAsync(_messages, new() { Temperature = 0, ResponseFormat = ChatResponseFormat.ForJsonSchema(_city), AdditionalProperties = thinks }, Cancellation);
        Assert.Equal("Hm, {} maybe.", Assert.Single(response.Messages[0].Contents.OfType<TextReasoningContent>()).Text);
        Assert.Equal("{\"city\": \"Bern\"}", response.Text);
        using var calling = BenchOf(source, Speaker.Of("I <tool_call> not.</think>\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\"}}\n</tool_call>"));
        using var caller = new EngineChatClient(calling.Engine);
        foreach (var mode in new ChatToolMode[] { ChatToolMode.Auto, ChatToolMode.RequireAny })
        {
            var options = Options(mode);
            options.AdditionalProperties = thinks;
            response = await caller.GetResponseAsync(_messages, options, Cancellation);
            Assert.Equal("I <tool_call> not.", Assert.Single(response.Messages[0].Contents.OfType<TextReasoningContent>()).Text);
            Assert.Equal(("weather", ChatFinishReason.ToolCalls), (Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>()).Name, response.FinishReason!.Value));
        }
    }

    private sealed class Declared(string name, JsonElement schema, bool strict) : AIFunctionDeclaration
    {
        public override string Name => name;
        public override JsonElement JsonSchema => schema;
        public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } = new Dictionary<string, object?> { ["strict"] = strict };
    }
}
