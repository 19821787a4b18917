using System.Text;
using Freehold.Grammars.Tests.Fakes;
using Freehold.Grammars.Tokens;

namespace Freehold.Grammars.Tests.Matching;

public class MaskTests
{
    private static readonly GrammarLimits _forgetful = new() { MaxMaskBytes = 1000, MaxStates = 50 };

    public static TheoryData<string, string> Grammars => new()
    {
        { "json", "" },
        { "schema", """{"type":"object","properties":{"name":{"type":"string","minLength":2,"maxLength":12},"n":{"type":"integer","minimum":-5,"maximum":1000},"tags":{"type":"array","items":{"type":"string","pattern":"^[a-z ]+$"},"maxItems":3}}}""" },
        { "schema", """{"anyOf":[{"type":"string","maxLength":5},{"type":"array","items":{"type":"number"}},{"enum":["the name",{"a":[1,2]}]}]}""" },
        { "schema", """{"type":"array","items":{"type":"string","minLength":3,"maxLength":4}}""" },
        { "regex", "(?:the |name|[^\"]{2,5}\\d)*x?" },
        { "gbnf", "root ::= \"{\" pair (\",\" pair){0,2} \"}\"\npair ::= [a-z]+ \":\" ([0-9]{1,3} | root | .)" },
    };

    [Theory]
    [MemberData(nameof(Grammars))]
    public void A_mask_holds_exactly_the_tokens_that_may_follow(string kind, string source)
    {
        var compiler = new GrammarCompiler(Words.Small());
        var allowed = new TokenSet(Words.Small().Count);
        for (var seed = 0; seed < 12; seed++)
        {
            var grammar = Compile(compiler, kind, source);
            Walk(grammar, seed, 60, (state, set) =>
            {
                state.Fill(allowed);
                for (var token = 0; token < allowed.Count; token++)
                {
                    var expected = token == Words.End ? state.IsComplete : state.CanTake(token);
                    Assert.True(expected == allowed[token], $"token {token} is {(expected ? "not " : "")}in the mask, seed {seed}");
                }
            });
        }
    }

    [Theory]
    [MemberData(nameof(Grammars))]
    public void What_is_remembered_changes_nothing(string kind, string source)
    {
        var (plain, forgetful) = (new GrammarCompiler(Words.Small()), new GrammarCompiler(Words.Small(), _forgetful));
        var (a, b) = (Compile(plain, kind, source), Compile(forgetful, kind, source));
        for (var seed = 0; seed < 12; seed++)
            Assert.Equal(Tokens(a, seed), Tokens(b, seed));
        Assert.Equal(Tokens(a, 3), Tokens(Compile(plain, kind, source), 3));
    }

    [Fact]
    public void A_grammar_whose_masks_would_cost_too_much_goes_on_byte_by_byte()
    {
        // Which of the last 14 characters come before n: 2^14 situations, and no pattern's automaton to refuse them.
        var grammar = new GrammarCompiler(Words.Large(20_000), new GrammarLimits { MaxMaskWork = 500 }).Gbnf("root ::= [a-z ]* [a-m] [a-z ]{14,14} \"!\"");
        var allowed = new TokenSet(grammar.Vocabulary.Count);
        var bytes = 0;
        Walk(grammar, 5, 40, (state, set) =>
        {
            state.Fill(allowed);
            Assert.True(allowed.Size > 0);
            for (var token = 0; token < allowed.Count; token++)
                Assert.True(!allowed[token] || token == Words.End || state.CanTake(token));
            bytes += allowed.Size <= 30 ? 1 : 0;
        });
        Assert.True(bytes > 0);
    }

    [Fact]
    public void Control_tokens_are_never_allowed_and_the_end_exactly_where_the_text_may_end()
    {
        var state = Words.Compiler.Regex("ab?").Begin();
        var allowed = new TokenSet(Words.Small().Count);
        state.Fill(allowed);
        Assert.False(allowed[Words.End]);
        Assert.True(state.TryTake('a'));
        state.Fill(allowed);
        Assert.True(allowed[Words.End]);
        Assert.False(allowed[Words.Control]);
        Assert.False(state.IsFinished);
        Assert.True(state.TryTake('b'));
        Assert.True(state.IsFinished);
        Assert.False(state.TryTake(Words.Control));
    }

    [Fact]
    public void The_shortest_ending_completes_a_text_from_anywhere_with_the_tokens_it_takes()
    {
        var grammar = Words.Schema("""{"type":"object","properties":{"name":{"type":"string","minLength":3},"list":{"type":"array","items":{"type":"boolean"},"minItems":2}},"required":["name","list"],"additionalProperties":false}""");
        Assert.Equal(grammar.ShortestTokens, grammar.Begin().Ending(1000)!.Length);
        Assert.Null(grammar.Begin().Ending(grammar.ShortestTokens - 1));
        for (var seed = 0; seed < 20; seed++)
        {
            Walk(grammar, seed, 40, (state, _) =>
            {
                var (text, ending) = (state.Copy(), state.Ending(1000)!);
                Assert.True(ending.Length <= state.BytesToEnd);
                Assert.All(ending, token => Assert.True(text.TryTake(token)));
                Assert.True(text.IsComplete);
            });
        }
    }

    private static CompiledGrammar Compile(GrammarCompiler compiler, string kind, string source) => kind switch
    {
        "json" => compiler.JsonObject(),
        "regex" => compiler.Regex(source),
        "gbnf" => compiler.Gbnf(source),
        _ => compiler.JsonSchema(System.Text.Json.JsonElement.Parse(source)),
    };

    private static List<int> Tokens(CompiledGrammar grammar, int seed)
    {
        var tokens = new List<int>();
        Walk(grammar, seed, 80, (_, _) => { }, tokens);
        return tokens;
    }

    private static void Walk(CompiledGrammar grammar, int seed, int steps, Action<GrammarState, TokenSet> look, List<int>? taken = null)
    {
        var (random, state, allowed) = (new Random(seed), grammar.Begin(), new TokenSet(grammar.Vocabulary.Count));
        for (var step = 0; step < steps && !state.IsFinished; step++)
        {
            look(state, allowed);
            state.Fill(allowed);
            var token = Pick.Any(allowed, random);
            taken?.Add(token);
            if (token == Words.End)
                return;
            Assert.True(state.TryTake(token));
        }
    }
}
