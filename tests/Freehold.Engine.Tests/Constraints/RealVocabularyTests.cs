using System.Text;
using System.Text.Json;
using Freehold.Engine.Constraints;
using Freehold.Engine.Sampling;
using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;
using Freehold.Kernels;
using Freehold.Tests;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Tests.Constraints;

public class RealVocabularyTests
{
    private const string Person = """
        {"type":"object","properties":{"name":{"type":"string","maxLength":40},"city":{"enum":["Paris","Berlin","Wien"]},"age":{"type":"integer","minimum":0,"maximum":150},
         "born":{"type":"string","format":"date"},"notes":{"type":"array","items":{"type":"string"},"maxItems":2}},"required":["name","city","age","born"],"additionalProperties":false}
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_embedded_model_fills_a_schema()
    {
        using var model = FreeholdModel.Open(Path.Combine(SharedData.Root, "models/SmolLM2-135M-Instruct-Q4_1.gguf"), new() { Context = 512 }, new ComputeOptions { Threads = 2 });
        var response = await model.Chat!.GetResponseAsync("Anna Schmidt, 34, lives in Berlin; she was born on 1990-04-02. Give it as JSON.", new()
        {
            Temperature = 0,
            MaxOutputTokens = 80,
            ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse(Person)),
        }, Cancellation);
        Assert.True(model.Engine!.Compile(Constraint.JsonSchema(JsonElement.Parse(Person))).Accepts(Encoding.UTF8.GetBytes(response.Text)), response.Text);
        Assert.Contains("Anna", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_of_stories_and_pieces_with_spaces_writes_valid_JSON_at_temperature_2()
    {
        using var model = FreeholdModel.Open(SharedData.Require("models/stories260K-q8_0.gguf"), new() { KvMemoryBytes = 16 << 20 }, new ComputeOptions { Threads = 2 });
        var constraint = Constraint.JsonSchema(JsonElement.Parse(Person));
        var grammar = model.Engine!.Compile(constraint);
        var streams = Enumerable.Range(0, 24).Select(i => Bench.All(model.Engine.Submit(new GenerationRequest
        {
            Prompt = model.Loaded.Tokenizer.Encode("Once upon a time"),
            MaxTokens = grammar.ShortestTokens + 5 * i,
            Sampling = new SamplingParameters { Temperature = 2, Seed = (ulong)i },
            Constraint = constraint,
        }, Cancellation))).ToArray();
        foreach (var updates in await Task.WhenAll(streams))
        {
            var text = string.Concat(updates.Select(update => update.Text));
            Assert.True(grammar.Accepts(Encoding.UTF8.GetBytes(text)), text);
            Assert.NotEqual(FinishReason.None, updates[^1].FinishReason);
        }
    }
}
