using System.Text;
using Freehold.Grammars.Tests.Fakes;

namespace Freehold.Grammars.Tests.Text;

public class RegexTests
{
    [Theory]
    [InlineData("a|b|", new[] { "a", "b", "" }, new[] { "ab" })]
    [InlineData("^a{2,}?$", new[] { "aa", "aaaa" }, new[] { "a" })]
    [InlineData("(?:ab)+(?<n>c)?", new[] { "ab", "ababc" }, new[] { "abcc" })]
    [InlineData("\\d{3}-\\w\\s\\.", new[] { "123-x .", "000-_\t." }, new[] { "123-x  ", "12-x ." })]
    [InlineData("[^\\d\\s]", new[] { "a", "日", "😀" }, new[] { "1", " ", "" })]
    [InlineData(".", new[] { "a", "é" }, new[] { "\n", "\u2028" })]
    [InlineData("\\u{1F600}\\x41\\u0042\\cA", new[] { "😀AB\u0001" }, new[] { "AB" })]
    [InlineData("[\\u0000-\\uFFFF]\\p{Ll}", new[] { "xé", "\uD7FFa" }, new[] { "xE" })]
    [InlineData("a$|^b", new[] { "a", "b" }, new[] { "ab" })]
    [InlineData("[-a\\]]+", new[] { "-a]" }, new[] { "b" })]
    public void A_pattern_matches_whole_texts(string pattern, string[] accepted, string[] rejected)
    {
        var grammar = Words.Compiler.Regex(pattern);
        Assert.All(accepted, text => Assert.True(grammar.Accepts(Encoding.UTF8.GetBytes(text)), text));
        Assert.All(rejected, text => Assert.False(grammar.Accepts(Encoding.UTF8.GetBytes(text)), text));
    }

    [Theory]
    [InlineData("a**", GrammarRefusal.Invalid)]
    [InlineData("(a", GrammarRefusal.Invalid)]
    [InlineData("a)", GrammarRefusal.Invalid)]
    [InlineData("[b-a]", GrammarRefusal.Invalid)]
    [InlineData("a{2,1}", GrammarRefusal.Invalid)]
    [InlineData("\\", GrammarRefusal.Invalid)]
    [InlineData("\\y", GrammarRefusal.Invalid)]
    [InlineData("(?!a)b", GrammarRefusal.Unenforceable)]
    [InlineData("(?i)a", GrammarRefusal.Unenforceable)]
    [InlineData("\\bword\\b", GrammarRefusal.Unenforceable)]
    [InlineData("(a)\\1", GrammarRefusal.Unenforceable)]
    [InlineData("\\p{Script=Greek}", GrammarRefusal.Unenforceable)]
    [InlineData("(a|b)*a(a|b){20}", GrammarRefusal.Unenforceable)]
    [InlineData("a$b", GrammarRefusal.Unsatisfiable)]
    public void A_pattern_that_is_malformed_or_not_regular_is_refused(string pattern, GrammarRefusal kind) =>
        Assert.Equal(kind, Assert.Throws<GrammarRefusedException>(() => Words.Compiler.Regex(pattern)).Kind);
}
