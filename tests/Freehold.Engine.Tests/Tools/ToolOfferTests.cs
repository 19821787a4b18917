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
using static Freehold.Engine.Tests.Tools.ToolBench;

namespace Freehold.Engine.Tests.Tools;

/// <summary>What surrounds calls: refusals, control tokens, earlier turns, thinking.</summary>
public class ToolOfferTests
{
    [Fact]
    public async Task Marks_that_are_control_tokens_are_seen_and_other_control_tokens_are_not()
    {
        var tokenizer = new ByteTokenizer("<tool_call>", "</tool_call>", "<other>") { Marks = new HashSet<int> { 258, 259, 260 } };
        int[] Bytes(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];
        using var bench = BenchOf(Plain, Speaker.Of(tokenizer.VocabularySize, [258, .. Bytes("\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\"}}\n"), 259]), tokenizer);
        using var client = new EngineChatClient(bench.Engine);
        var response = await client.GetResponseAsync(Messages, Options(ChatToolMode.Auto), Cancellation);
        Assert.Equal("weather", Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>()).Name);
        using var plain = BenchOf(Plain, Speaker.Of(tokenizer.VocabularySize, [260, .. Bytes("a")]), tokenizer);
        using var other = new EngineChatClient(plain.Engine);
        Assert.Equal("a", (await other.GetResponseAsync(Messages, new() { Temperature = 0 }, Cancellation)).Text);
    }

    [Fact]
    public async Task A_schema_that_cannot_be_enforced_is_refused_where_it_is_strict_and_named_where_it_is_not()
    {
        var schema = JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"integer","not":{"const":1}}}}""");
        using var bench = BenchOf(Plain);
        using var client = new EngineChatClient(bench.Engine);
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetResponseAsync(Messages, Options(ChatToolMode.RequireAny, Tool("f", schema, strict: true)), Cancellation));
        Assert.Equal(("unsupported_constraint", "tools", "f#/properties/a/not"), (refused.Code, refused.Parameter, refused.Data["pointer"]));
        var response = await client.GetResponseAsync(Messages, Options(ChatToolMode.RequireAny, Tool("f", schema)), Cancellation);
        Assert.Equal(["f#/properties/a/not"], (string[])response.AdditionalProperties!["unenforced"]!);
        var format = await client.GetResponseAsync(Messages, new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema), AdditionalProperties = new() { ["strict"] = false } }, Cancellation);
        Assert.Equal(["#/properties/a/not"], (string[])format.AdditionalProperties!["unenforced"]!);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task A_finished_call_is_judged_by_what_could_not_be_enforced_too(int value, bool isCall)
    {
        var schema = JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"integer","not":{"const":1}}},"required":["a"],"additionalProperties":false}""");
        using var bench = BenchOf(Plain, Speaker.Of($$$"""<tool_call>{"name": "f", "arguments": {"a": {{{value}}}}}</tool_call>""".Replace("<tool_call>", "<tool_call>\n", StringComparison.Ordinal).Replace("</", "\n</", StringComparison.Ordinal)));
        using var client = new EngineChatClient(bench.Engine);
        var response = await client.GetResponseAsync(Messages, Options(ChatToolMode.RequireAny, Tool("f", schema)), Cancellation);
        Assert.Equal(isCall ? 1 : 0, response.Messages[0].Contents.OfType<FunctionCallContent>().Count());
        Assert.Equal(isCall ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop, response.FinishReason);
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
            return (await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetResponseAsync(Messages, options, Cancellation))).Parameter;
        }
        Assert.Equal("tool_choice", await Refused(options => options.AdditionalProperties = new() { ["allowed_tools"] = new[] { "nobody" } }));
        Assert.Equal("tools", await Refused(options => options.AdditionalProperties = new() { ["raw_prompt"] = "x" }));
        Assert.Equal("tool_choice", await Refused(_ => { }, ChatToolMode.RequireSpecific("nobody")));
        Assert.Equal("tools", await Refused(_ => { }, null, Tool("a b", City)));
        Assert.Equal("tools", await Refused(_ => { }, null, Tool("a", City), Tool("a", City)));
        using var unread = BenchOf("{{ tools }}<tool_call>{% for m in messages %}{{ m.content }}{% endfor %}<arg_key>");
        using var other = new EngineChatClient(unread.Engine);
        Assert.Contains("glm-4", (await Assert.ThrowsAsync<RequestRefusedException>(() => other.GetResponseAsync(Messages, Options(ChatToolMode.Auto), Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_has_the_arguments_that_its_schema_names_unless_that_speaks_of_others()
    {
        const string call = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1, \"b\": {\"x\": 1, \"x\": 2}, \"b\": {\"y\": 3, \"y\": 4}}}\n</tool_call>";
        foreach (var (schema, names) in new (string, string[])[]
        {
            ("""{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}""", ["a"]),
            ("""{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":true}""", ["a", "b"]),
        })
        {
            using var bench = BenchOf(Plain, Speaker.Of(call));
            using var client = new EngineChatClient(bench.Engine);
            var options = Options(ChatToolMode.RequireAny, Tool("f", JsonElement.Parse(schema)));
            options.AllowMultipleToolCalls = false;
            var response = await client.GetResponseAsync(Messages, options, Cancellation);
            var made = Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>());
            Assert.Equal(names, made.Arguments!.Keys);
            if (names.Length == 1)
                continue;
            // Of a name that was written twice the last value counts, now and when the call is sent back.
            Assert.Equal("""{"y": 3, "y": 4}""", ((JsonElement)made.Arguments["b"]!).GetRawText());
            var prompt = new ChatPrompt("x", bench.Engine.Model.Render, bench.Engine.Model.Answers).Render([.. Messages, response.Messages[0]]).Prompt.Text;
            Assert.Contains("""{"a":1,"b":{"y":4}}""", prompt, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Calls_and_results_of_earlier_turns_stand_in_the_prompt()
    {
        ChatMessage[] messages = [.. Messages,
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
        var response = await client.GetResponseAsync(Messages, new() { Temperature = 0, ResponseFormat = ChatResponseFormat.ForJsonSchema(City), AdditionalProperties = thinks }, Cancellation);
        Assert.Equal("Hm, {} maybe.", Assert.Single(response.Messages[0].Contents.OfType<TextReasoningContent>()).Text);
        Assert.Equal("{\"city\": \"Bern\"}", response.Text);
        using var calling = BenchOf(source, Speaker.Of("I <tool_call> not.</think>\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\"}}\n</tool_call>"));
        using var caller = new EngineChatClient(calling.Engine);
        foreach (var mode in new ChatToolMode[] { ChatToolMode.Auto, ChatToolMode.RequireAny })
        {
            var options = Options(mode);
            options.AdditionalProperties = thinks;
            response = await caller.GetResponseAsync(Messages, options, Cancellation);
            Assert.Equal("I <tool_call> not.", Assert.Single(response.Messages[0].Contents.OfType<TextReasoningContent>()).Text);
            Assert.Equal(("weather", ChatFinishReason.ToolCalls), (Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>()).Name, response.FinishReason!.Value));
        }
    }
}
