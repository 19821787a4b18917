using System.Text;
using Freehold.Grammars.Tests.Fakes;

namespace Freehold.Grammars.Tests.Gbnf;

public class GbnfTests
{
    [Theory]
    [InlineData("root ::= \"yes\" | \"no\"", "yes no", "yesno y")]
    [InlineData("root ::= [a-c]+ [^a-z] # a comment\n", "a1 abcX", "a ab")]
    [InlineData("root ::= item (\",\" item)*\nitem ::= [0-9]{2,3}", "12 123,45", "1 1234 12,")]
    [InlineData("root ::= \"\\\"\" .* \"\\\"\"", "\"\" \"é\"", "\" x")]
    [InlineData("root ::= (\n  \"a\"\n  | \"b\"\n)? \"c\"", "c ac bc", "abc")]
    [InlineData("root ::= \"(\" root \")\" | \"\"\n", "() (())", "( ())")]
    [InlineData("root ::= [\\u00e9\\x41-\\x43\\]\\-]+", "éA- ]", "D e")]
    [InlineData("root ::= a{0,2} \"!\"\na ::= \"x\" a?", "! x! xxxx!", "x")]
    public void A_grammar_accepts_what_it_describes(string grammar, string accepted, string rejected)
    {
        var compiled = Words.Compiler.Gbnf(grammar);
        Assert.All(accepted.Split(' '), text => Assert.True(compiled.Accepts(Encoding.UTF8.GetBytes(text)), text));
        Assert.All(rejected.Split(' '), text => Assert.False(compiled.Accepts(Encoding.UTF8.GetBytes(text)), text));
    }

    [Theory]
    [InlineData("x ::= \"a\"", GrammarRefusal.Invalid)]
    [InlineData("root ::= nothing", GrammarRefusal.Invalid)]
    [InlineData("root ::= \"a", GrammarRefusal.Invalid)]
    [InlineData("root ::= (\"a\"", GrammarRefusal.Invalid)]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", GrammarRefusal.Invalid)]
    [InlineData("root ::= [a", GrammarRefusal.Invalid)]
    [InlineData("root ::= \"a\\", GrammarRefusal.Invalid)]
    [InlineData("root ::= <[1000]>", GrammarRefusal.Unenforceable)]
    [InlineData("root ::= root \"a\" | \"a\"", GrammarRefusal.Unenforceable)]
    [InlineData("root ::= b? root \"a\" | \"a\"\nb ::= \"b\"", GrammarRefusal.Unenforceable)]
    [InlineData("root ::= (\"a\"?){2,3}", GrammarRefusal.Unenforceable)]
    [InlineData("root ::= \"a\" root", GrammarRefusal.Unsatisfiable)]
    public void A_grammar_that_is_malformed_or_has_no_end_is_refused(string grammar, GrammarRefusal kind) =>
        Assert.Equal(kind, Assert.Throws<GrammarRefusedException>(() => Words.Compiler.Gbnf(grammar)).Kind);

    [Fact]
    public void Half_of_a_surrogate_pair_is_refused() =>
        Assert.Equal(GrammarRefusal.Invalid, Assert.Throws<GrammarRefusedException>(() => Words.Compiler.Gbnf($"root ::= \"{(char)0xD800}\"")).Kind);

    [Fact]
    public void A_long_right_recursive_list_takes_no_longer_with_its_length()
    {
        var state = Words.Compiler.Gbnf("root ::= item\nitem ::= [a-z] (\",\" item)?").Begin();
        for (var i = 0; i < 200_000; i++)
            Assert.True(state.TryTake(i % 2 == 0 ? 'a' : ','));
    }
}
