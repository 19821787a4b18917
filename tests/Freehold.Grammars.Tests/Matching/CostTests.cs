using Freehold.Grammars.Tests.Fakes;
using Freehold.Grammars.Tests.Peers;
using Freehold.Grammars.Tokens;
using Freehold.Tests;

namespace Freehold.Grammars.Tests.Matching;

/// <summary>What masks cost with a vocabulary of 128 k. FREEHOLD_COST=1 measures and tells; without it only what can't vary is asserted.</summary>
public class CostTests
{
    [Fact]
    public void Masks_cost_little_with_a_vocabulary_of_128_k()
    {
        if (Environment.GetEnvironmentVariable("FREEHOLD_COST") is null)
            Assert.Skip("measures for a minute; FREEHOLD_COST=1 runs it");
        var start = ProcessorTime.Milliseconds;
        var vocabulary = Words.Large(128_256);
        var compiler = new GrammarCompiler(vocabulary);
        TestContext.Current.TestOutputHelper?.WriteLine($"vocabulary and compiler: {ProcessorTime.Milliseconds - start:f0} ms");
        var (compile, mask, take, allowed) = (new List<double>(), new List<double>(), new List<double>(), new TokenSet(vocabulary.Count));
        // A server that runs has compiled before.
        for (var seed = 1000; seed < 1300; seed++)
            _ = Record.Exception(() => compiler.JsonSchema(System.Text.Json.JsonElement.Parse(new SchemaMaker(seed).Make().ToJsonString())));
        for (var seed = 0; seed < 400; seed++)
        {
            try
            {
                var schema = System.Text.Json.JsonElement.Parse(new SchemaMaker(seed).Make().ToJsonString());
                start = ProcessorTime.Milliseconds;
                var grammar = compiler.JsonSchema(schema);
                compile.Add(ProcessorTime.Milliseconds - start);
                var (random, state) = (new Random(seed), grammar.Begin());
                for (var step = 0; step < 60 && !state.IsFinished; step++)
                {
                    start = ProcessorTime.Milliseconds;
                    state.Fill(allowed);
                    mask.Add(ProcessorTime.Milliseconds - start);
                    var token = Pick.Any(allowed, random);
                    if (token == Words.End)
                        break;
                    start = ProcessorTime.Milliseconds;
                    state.TryTake(token);
                    take.Add(ProcessorTime.Milliseconds - start);
                }
            }
            catch (GrammarRefusedException)
            {
            }
        }
        Report("compile", compile);
        Report("mask", mask);
        Report("take", take);
        Assert.True(mask[mask.Count / 2] < 1);
    }

    [Fact]
    public void Once_warm_nothing_is_allocated_per_token()
    {
        var grammar = Words.Schema("""{"type":"object","properties":{"s":{"type":"string"},"n":{"type":"array","items":{"type":"integer"}}},"required":["s","n"],"additionalProperties":false}""");
        var allowed = new TokenSet(grammar.Vocabulary.Count);
        var tokens = Words.Tokenise(grammar.Vocabulary, "{\"s\": \"the name of abc\", \"n\": [1, 12, 123, 100]}");
        var states = new Queue<GrammarState>(Enumerable.Range(0, WarmAllocation.Rounds).Select(_ => grammar.Begin()));
        Assert.Equal(0, WarmAllocation.Of(() =>
        {
            var state = states.Dequeue();
            foreach (var token in tokens)
            {
                state.Fill(allowed);
                Assert.True(allowed[token] && state.TryTake(token));
            }
        }));
    }

    private static void Report(string what, List<double> times)
    {
        times.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{what}: {times.Count} times, p50 {times[times.Count / 2]:f3} ms, p90 {times[times.Count * 9 / 10]:f3} ms, p99 {times[times.Count * 99 / 100]:f3} ms, most {times[^1]:f3} ms");
    }
}
