using System.Text;
using System.Text.Json;
using Freehold.Grammars.Tests.Fakes;
using Freehold.Grammars.Tokens;

namespace Freehold.Grammars.Tests.Text;

public class SurroundingsTests
{
    private static readonly JsonElement _schema = JsonElement.Parse("""{"enum":[1,2]}""");

    [Theory]
    [InlineData(new[] { "</think>1", "hm <b </th</think>\n\n2", "日本</think> 1" }, new[] { "1", "</think>", "a</think>b</think>1", "</think>\n\n\n1", "</think>1 " })]
    public void Thinking_comes_first_and_ends_at_its_mark(string[] accepted, string[] rejected) =>
        Check(new() { After = "</think>" }, accepted, rejected);

    [Theory]
    [InlineData(new[] { "", "just talk", "<c>1</c>", "first <c>\n1\n</c>", "<c>1</c> and <c>2</c>", "<c>1</c> done" }, new[] { "<c>", "talk <c> talk", "<c>1", "<c>3</c>" })]
    public void Calls_may_come_or_not_and_come_again(string[] accepted, string[] rejected) =>
        Check(new() { After = "<c>", Closing = "</c>", IsOptional = true, IsRepeated = true }, accepted, rejected);

    [Fact]
    public void The_end_is_allowed_in_free_text_only_where_the_part_is_optional()
    {
        var allowed = new TokenSet(Words.Small().Count);
        foreach (var isOptional in new[] { true, false })
        {
            var state = Words.Compiler.JsonSchema(_schema, around: new() { After = "<c>", IsOptional = isOptional }).Begin();
            Assert.True(state.TryTake('x'));
            state.Fill(allowed);
            Assert.Equal(isOptional, allowed[Words.End]);
        }
    }

    private static void Check(Surroundings around, string[] accepted, string[] rejected)
    {
        var grammar = Words.Compiler.JsonSchema(_schema, around: around);
        Assert.All(accepted, text => Assert.True(grammar.Accepts(Encoding.UTF8.GetBytes(text)), text));
        Assert.All(rejected, text => Assert.False(grammar.Accepts(Encoding.UTF8.GetBytes(text)), text));
    }
}
