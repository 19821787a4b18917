using System.Text;
using System.Text.Json;
using Freehold.Engine.Constraints;
using Freehold.Engine.Refusals;
using Freehold.Engine.Sampling;
using Freehold.Engine.Streams;
using Freehold.Engine.Tests.Fakes;

namespace Freehold.Engine.Tests.Constraints;

public class ConstrainedAnswerTests
{
    private static readonly Constraint _person = Schema("""
        {"type":"object","properties":{"name":{"type":"string","minLength":1},"age":{"type":"integer","minimum":0,"maximum":150},"tags":{"type":"array","items":{"enum":["a","b"]},"maxItems":3}},
         "required":["name","age"],"additionalProperties":false}
        """);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Constraint Schema(string schema) => Constraint.JsonSchema(JsonElement.Parse(schema));

    private static GenerationRequest Request(Constraint constraint, int maxTokens, int seed = 1, float temperature = 2) =>
        Bench.Request(Bench.Prompt(seed, 5), maxTokens, sampling: new SamplingParameters { Temperature = temperature, Seed = (ulong)seed }) with { Constraint = constraint };

    private static string Text(IEnumerable<GenerationUpdate> updates) => string.Concat(updates.Select(update => update.Text));

    /// <summary>A model that wants to say this, and an end behind it.</summary>
    private static RememberingModel Wanting(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new RememberingModel(258) { Script = (tokens, logits) => logits[tokens.Length - 5 < bytes.Length ? bytes[tokens.Length - 5] : ByteTokenizer.Eos] = 50 };
    }

    [Fact]
    public async Task Answers_of_a_model_that_knows_nothing_satisfy_the_schema_alone_and_among_others()
    {
        using var bench = new Bench();
        var grammar = bench.Engine.Compile(_person);
        var requests = Enumerable.Range(1, 24).Select(seed => Request(_person, 40 + seed, seed)).ToArray();
        var together = await Task.WhenAll(requests.Select(request => Bench.All(bench.Engine.Submit(request, Cancellation))));
        for (var i = 0; i < requests.Length; i++)
        {
            Assert.True(grammar.Accepts(Encoding.UTF8.GetBytes(Text(together[i]))), Text(together[i]));
            Assert.Equal(together[i].Select(update => update.TokenId), await Bench.Alone(requests[i]));
        }
        Assert.Contains(together, updates => updates[^1].FinishReason == FinishReason.Length);
    }

    [Fact]
    public async Task What_the_model_wants_and_may_say_is_said_and_the_answer_ends_with_its_last_byte()
    {
        const string text = "{\"name\": \"Zoë\", \"age\": 7}";
        using var bench = new Bench(model: Wanting(text + " and so on"));
        var updates = await Bench.All(bench.Engine.Submit(Request(_person, 100, temperature: 0), Cancellation));
        Assert.Equal(text, Text(updates));
        Assert.Equal(FinishReason.Stop, updates[^1].FinishReason);
        Assert.Equal(Encoding.UTF8.GetByteCount(text), updates[^1].Usage.GeneratedTokens);
    }

    [Fact]
    public async Task The_models_end_is_taken_where_the_text_may_end_and_nowhere_else()
    {
        using var bench = new Bench(model: new RememberingModel(258) { Script = (tokens, logits) => (logits[ByteTokenizer.Eos], logits['1']) = (50, 40) });
        var updates = await Bench.All(bench.Engine.Submit(Request(Constraint.Regex("1{3,9}"), 100, temperature: 0), Cancellation));
        Assert.Equal("111", Text(updates));
        Assert.Equal((ByteTokenizer.Eos, FinishReason.Stop), (updates[^1].TokenId, updates[^1].FinishReason));
    }

    [Fact]
    public async Task When_tokens_run_out_the_shortest_ending_is_written_and_told()
    {
        using var bench = new Bench(model: Wanting("{\"name\":\"" + new string('x', 500)));
        var updates = await Bench.All(bench.Engine.Submit(Request(_person, 40, temperature: 0), Cancellation));
        Assert.StartsWith("{\"name\":\"xxxxx", Text(updates), StringComparison.Ordinal);
        Assert.EndsWith("x\",\"age\":0}", Text(updates), StringComparison.Ordinal);
        Assert.Equal((40, FinishReason.Length), (updates[^1].Usage.GeneratedTokens, updates[^1].FinishReason));
    }

    [Fact]
    public async Task Where_no_ending_is_reserved_the_answer_stays_visibly_incomplete()
    {
        using var bench = new Bench(model: Wanting("{\"name\":\"" + new string('x', 500)));
        var updates = await Bench.All(bench.Engine.Submit(Request(_person with { ReservesEnding = false }, 40, temperature: 0), Cancellation));
        Assert.Equal("{\"name\":\"" + new string('x', 31), Text(updates));
        Assert.Equal(FinishReason.Length, updates[^1].FinishReason);
    }

    [Fact]
    public async Task Every_number_of_tokens_that_is_not_refused_suffices()
    {
        using var bench = new Bench();
        var grammar = bench.Engine.Compile(_person);
        var refused = Assert.Throws<RequestRefusedException>(() => bench.Engine.Submit(Request(_person, grammar.ShortestTokens - 1), Cancellation));
        Assert.Equal(("invalid_parameter", "max_tokens"), (refused.Code, refused.Parameter));
        Assert.Contains($"needs {grammar.ShortestTokens}", refused.Message, StringComparison.Ordinal);
        for (var tokens = grammar.ShortestTokens; tokens < grammar.ShortestTokens + 30; tokens++)
        {
            var text = Text(await Bench.All(bench.Engine.Submit(Request(_person, tokens, tokens), Cancellation)));
            Assert.True(grammar.Accepts(Encoding.UTF8.GetBytes(text)), text);
        }
    }

    [Fact]
    public async Task Biases_and_penalties_never_let_a_forbidden_token_through()
    {
        using var bench = new Bench();
        var request = Request(Constraint.Regex("[ab]{20}"), 30);
        request = request with { Sampling = request.Sampling with { LogitBias = new Dictionary<int, float> { ['z'] = 100 }, RepetitionPenalty = 2, PresencePenalty = 2, TopK = 5, TopP = 0.9f, MinP = 0.01f }, LogProbabilities = true };
        var updates = await Bench.All(bench.Engine.Submit(request, Cancellation));
        Assert.Matches("^[ab]{20}$", Text(updates));
        Assert.All(updates, update => Assert.InRange(update.LogProbability, -100, 0));
    }

    [Theory]
    [InlineData("""{"not":{}}""", "unsupported_constraint", "/not")]
    [InlineData("""{"type":1}""", "invalid_constraint", "/type")]
    [InlineData("""false""", "unsatisfiable_constraint", "")]
    [InlineData("""{"type":"array","minItems":10000000}""", "constraint_too_large", "")]
    public void A_schema_that_cannot_be_enforced_is_refused_with_its_pointer(string schema, string code, string pointer)
    {
        using var bench = new Bench(stepped: true);
        var refused = Assert.Throws<RequestRefusedException>(() => bench.Engine.Submit(Request(Schema(schema), 50), Cancellation));
        Assert.Equal((code, "response_format", pointer), (refused.Code, refused.Parameter, refused.Data["pointer"]));
        Assert.Equal(0, bench.Engine.Core.Waiting);
    }

    [Fact]
    public void Once_warm_a_constrained_token_allocates_nothing()
    {
        using var bench = new Bench(stepped: true);
        var request = Request(Constraint.Regex("(?:[ab]{3} ){40}"), 160, temperature: 1);
        for (var round = 0; ; round++)
        {
            var stream = bench.Engine.Submit(request, Cancellation);
            bench.Engine.Core.Step();
            var before = bench.Engine.Core.AllocatedBytes;
            for (var step = 0; step < 100; step++)
                Assert.True(bench.Engine.Core.Step());
            var allocated = bench.Engine.Core.AllocatedBytes - before;
            bench.StepAll();
            GC.KeepAlive(stream);
            if (round < 20 && allocated > 0)
                continue;
            Assert.Equal(0, allocated);
            return;
        }
    }
}
