using System.Text.Json;
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

/// <summary>Tools beside a form that the text must have: an answer is calls, or such a text.</summary>
public class ToolsOrTextTests
{
    private static readonly JsonElement Report = JsonElement.Parse("""{"type":"object","properties":{"title":{"type":"string","maxLength":200},"n":{"type":"integer","minimum":0,"maximum":9}},"required":["title","n"],"additionalProperties":false}""");

    private static ChatOptions Both(ChatToolMode mode, int? maxTokens = null)
    {
        var options = Options(mode);
        options.ResponseFormat = ChatResponseFormat.ForJsonSchema(Report);
        options.MaxOutputTokens = maxTokens;
        return options;
    }

    [Theory]
    [InlineData("""{"title": "Weather", "n": 3}""", null)]
    [InlineData("<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\"}}\n</tool_call>", "weather")]
    public async Task An_answer_is_a_call_or_text_of_the_form(string spoken, string? called)
    {
        using var bench = BenchOf(Plain, Speaker.Of(spoken));
        using var client = new EngineChatClient(bench.Engine);
        var response = await client.GetResponseAsync(Messages, Both(ChatToolMode.Auto), Cancellation);
        Assert.Equal(called, response.Messages[0].Contents.OfType<FunctionCallContent>().SingleOrDefault()?.Name);
        Assert.Equal(called is null ? spoken : "", response.Text);
        Assert.Equal(called is null ? ChatFinishReason.Stop : ChatFinishReason.ToolCalls, response.FinishReason);
    }

    [Fact]
    public async Task A_model_that_knows_nothing_writes_one_of_them_in_every_family()
    {
        var (texts, calls) = (0, 0);
        foreach (var path in Directory.GetFiles(SharedData.Require("data/chat-templates"), "*.jinja").Order(StringComparer.Ordinal))
        {
            var format = AnswerFormat.Of(ChatTemplate.Parse(await File.ReadAllTextAsync(path, Cancellation)));
            if (format.Calls is null || format.Reasoning is not null || (format.Family == "generic" && !path.Contains("gemma-2", StringComparison.Ordinal)))
                continue;
            using var bench = BenchOf(await File.ReadAllTextAsync(path, Cancellation));
            using var client = new EngineChatClient(bench.Engine);
            for (var seed = 0; seed < 4; seed++)
            {
                var options = Both(ChatToolMode.Auto);
                (options.Temperature, options.Seed, options.AllowMultipleToolCalls) = (2, seed, false);
                var response = await client.GetResponseAsync(Messages, options, Cancellation);
                var call = response.Messages[0].Contents.OfType<FunctionCallContent>().SingleOrDefault();
                if (call is null)
                    Assert.True(bench.Engine.Compile(Constraint.JsonSchema(Report)).Accepts(System.Text.Encoding.UTF8.GetBytes(response.Text)), $"{Path.GetFileName(path)}: {response.Text}");
                (texts, calls) = call is null ? (texts + 1, calls) : (texts, calls + 1);
            }
        }
        Assert.True(texts > 10 && texts + calls > 40, $"{texts} texts, {calls} calls");
    }

    [Fact]
    public async Task The_texts_ending_is_reserved_and_a_calls_is_not()
    {
        // It would write a long title; the tokens left do not suffice for more than the shortest ending.
        using var writing = BenchOf(Plain, Speaker.Of("{\"title\": \"" + new string('x', 150)));
        using var writer = new EngineChatClient(writing.Engine);
        var response = await writer.GetResponseAsync(Messages, Both(ChatToolMode.Auto, 40), Cancellation);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        using var document = JsonDocument.Parse(response.Text);
        Assert.Equal(0, document.RootElement.GetProperty("n").GetInt32());
        using var calling = BenchOf(Plain, Speaker.Of("<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\"}}\n</tool_call>"));
        using var caller = new EngineChatClient(calling.Engine);
        response = await caller.GetResponseAsync(Messages, Both(ChatToolMode.Auto, 40), Cancellation);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Empty(response.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.StartsWith("<tool_call>\n{\"name\": \"weather\"", response.Text, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => caller.GetResponseAsync(Messages, Both(ChatToolMode.Auto, 5), Cancellation));
        Assert.Equal("max_tokens", refused.Parameter);
    }

    [Fact]
    public async Task Of_allowed_tools_only_those_are_called()
    {
        using var bench = BenchOf(Plain);
        using var client = new EngineChatClient(bench.Engine);
        for (var seed = 0; seed < 5; seed++)
        {
            var options = Options(ChatToolMode.RequireAny);
            (options.Temperature, options.Seed, options.AllowMultipleToolCalls) = (2, seed, false);
            options.AdditionalProperties = new() { ["allowed_tools"] = new[] { "geo.find" } };
            var response = await client.GetResponseAsync(Messages, options, Cancellation);
            Assert.Equal("geo.find", Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>()).Name);
        }
    }

    [Fact]
    public async Task What_is_wrong_with_the_form_is_told_under_its_own_name()
    {
        using var bench = BenchOf(Plain);
        using var client = new EngineChatClient(bench.Engine);
        var options = Options(ChatToolMode.Auto);
        options.AdditionalProperties = new() { ["regex"] = "(" };
        Assert.Equal("regex", (await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetResponseAsync(Messages, options, Cancellation))).Parameter);
    }
}
