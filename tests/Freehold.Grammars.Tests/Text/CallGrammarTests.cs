using System.Text;
using System.Text.Json;
using Freehold.Grammars.Tests.Fakes;

namespace Freehold.Grammars.Tests.Text;

public class CallGrammarTests
{
    private static readonly JsonElement _schema = JsonElement.Parse("""{"properties":{"n":{"enum":[1,2]}},"required":["n"],"additionalProperties":false}""");

    private static CallForm Form(string name, string? next = null, JsonElement? schema = null, bool strict = false) => new(name, $"{name}:", next, schema ?? _schema, strict);

    private static void Check(CallGrammar grammar, string[] accepted, string[] rejected)
    {
        var compiled = Words.Compiler.Calls(grammar);
        Assert.All(accepted, text => Assert.True(compiled.Accepts(Encoding.UTF8.GetBytes(text)), text));
        Assert.All(rejected, text => Assert.False(compiled.Accepts(Encoding.UTF8.GetBytes(text)), text));
    }

    [Theory]
    [InlineData(new[] { "", "just talk", "so <call> f:{\"n\":1}</call>", "日本 <ca<call>g:{\"n\": 2}</call>", "<call>f:{\"n\":1}</call><call>g:{\"n\":2}</call>", "x words[f:{\"n\":1}</call>", "words of wisdom" },
        new[] { "<call>", "<call> talk", "<call>f:{\"n\":3}</call>", "<call>f:1</call>", "<call>f:{\"n\":1}", "<call>f:{\"n\":1}</call> talk", "<call>h:{\"n\":1}</call>", "words[talk" })]
    public void Calls_may_follow_free_text_and_their_arguments_are_objects_that_satisfy_the_schema(string[] accepted, string[] rejected) =>
        Check(new() { Marks = [new("<call>"), new("words[")], Calls = [Form("f", "</call><call>f:"), Form("g", "</call><call>g:")], Closing = "</call>" }, accepted, rejected);

    [Theory]
    [InlineData(new[] { "f:{\"n\":1};", "g:{\"n\":2};" }, new[] { "", "talk", "talk f:{\"n\":1};", "f:{\"n\":1};f:{\"n\":1};", "f:{\"n\":1}" })]
    public void A_forced_call_stands_at_the_beginning_and_alone(string[] accepted, string[] rejected) =>
        Check(new() { IsForced = true, Calls = [Form("f"), Form("g")], Closing = ";" }, accepted, rejected);

    [Theory]
    [InlineData(new[] { "f:{\"n\":1}", "f :{\"n\":1}", "f", "f;", "fg:", "g", "talk f:1", "" }, new[] { "f:", "f:talk", "f:{\"n\":3}", "f :1" })]
    public void An_answer_that_begins_like_a_call_is_one_and_any_other_is_text(string[] accepted, string[] rejected) =>
        Check(new() { Calls = [Form("f") with { AlsoFirst = ["f :"] }] }, accepted, rejected);

    [Theory]
    [InlineData(new[] { "<t>is it <call>?</t><call>f:{\"n\":1}", "<t>hm</t>talk", "<call>f:{\"n\":1}" }, new[] { "<t>is it <call>?", "<t>is it <call>?</t><call>f:", "hm <t> <call>?</t>" })]
    public void Inside_thinking_a_mark_means_nothing(string[] accepted, string[] rejected) =>
        Check(new() { Thinking = ("<t>", "</t>"), Marks = [new("<call>")], Calls = [Form("f")] }, accepted, rejected);

    [Theory]
    [InlineData(new[] { "<call></t>f:{\"n\":1}", "</t>\nf:{\"n\":2}" }, new[] { "f:{\"n\":1}", "hm</t>", "hm</t>talk" })]
    public void Thinking_that_the_prompt_began_ends_before_a_forced_call(string[] accepted, string[] rejected) =>
        Check(new() { After = "</t>", IsForced = true, Calls = [Form("f")] }, accepted, rejected);

    [Fact]
    public void What_is_not_enforced_is_named_by_its_tool_or_refused()
    {
        var schema = JsonElement.Parse("""{"type":"object","not":{"required":["a"]}}""");
        Assert.Equal(["g#/not"], Words.Compiler.Calls(new() { IsForced = true, Calls = [Form("f"), Form("g", schema: schema)] }).Unenforced);
        var refused = Assert.Throws<GrammarRefusedException>(() => Words.Compiler.Calls(new() { IsForced = true, Calls = [Form("f"), Form("g", schema: schema, strict: true)] }));
        Assert.Equal((GrammarRefusal.Unenforceable, "g#/not"), (refused.Kind, refused.Pointer));
    }
}
