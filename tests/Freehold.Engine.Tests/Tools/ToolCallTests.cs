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

public class ToolCallTests
{
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
            var isThinking = bench.Engine.Model.Answers!.Reasoning is { } reasoning && reasoning.StartsInside(new ChatPrompt("x", bench.Engine.Model.Render, bench.Engine.Model.Answers).Render(Messages).Prompt.Text);
            if (isThinking)
                continue;
            var response = await client.GetResponseAsync(Messages, options, Cancellation);
            var call = Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>());
            Assert.True((name, call.Name, response.FinishReason) == (name, "geo.find", ChatFinishReason.ToolCalls), name);
            Assert.True(bench.Engine.Compile(Constraint.JsonSchema(City)).Accepts(Encoding.UTF8.GetBytes((string)call.RawRepresentation!)), $"{name}: {call.RawRepresentation}");
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
            var startsInside = format.Reasoning is { } known && known.StartsInside(new ChatPrompt("x", bench.Engine.Model.Render, format).Render(Messages).Prompt.Text);
            if (startsInside)
                continue;
            var response = await client.GetResponseAsync(Messages, Options(ChatToolMode.Auto), Cancellation);
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
        var response = await client.GetResponseAsync(Messages, options, Cancellation);
        Assert.Equal("Zürich?", response.Text);
        var call = Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.Contains(call.Arguments!["city"]!.ToString(), (string[])["Bern", "Thun"]);
    }

    [Fact]
    public async Task An_answer_without_a_call_is_text_and_ends_as_text()
    {
        using var bench = BenchOf(Plain, Speaker.Of("It <tool_ rains."));
        using var client = new EngineChatClient(bench.Engine);
        var response = await client.GetResponseAsync(Messages, Options(ChatToolMode.Auto), Cancellation);
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
        var response = await client.GetResponseAsync(Messages, Options(ChatToolMode.Auto, Tool("weather", City, strict: true)), Cancellation);
        var call = response.Messages[0].Contents.OfType<FunctionCallContent>().SingleOrDefault();
        Assert.Equal((isCall, isCall ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop), (call is not null, response.FinishReason!.Value));
        Assert.Equal(isCall ? "" : wanted, response.Text);
        if (call is not null)
            Assert.True(bench.Engine.Compile(Constraint.JsonSchema(City)).Accepts(Encoding.UTF8.GetBytes((string)call.RawRepresentation!)));
    }

    [Fact]
    public async Task A_stream_tells_the_pieces_of_a_call_before_the_call_and_they_are_its_arguments()
    {
        using var bench = BenchOf(Plain, Speaker.Of("<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\", \"days\": 4}}\n</tool_call>"));
        using var client = new EngineChatClient(bench.Engine);
        var (pieces, call) = (new List<JsonObject>(), (FunctionCallContent?)null);
        await foreach (var update in client.GetStreamingResponseAsync(Messages, Options(ChatToolMode.Auto), Cancellation))
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
        var response = await client.GetResponseAsync(Messages, options, Cancellation);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Empty(response.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.StartsWith("<tool_call>", response.Text, StringComparison.Ordinal);
        (options.MaxOutputTokens, options.StopSequences) = (null, ["Ber"]);
        response = await client.GetResponseAsync(Messages, options, Cancellation);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Empty(response.Messages[0].Contents.OfType<FunctionCallContent>());
    }
}
