using System.Diagnostics;
using System.Text;
using Freehold.Grammars.Tests.Fakes;

namespace Freehold.Grammars.Tests.Schemas;

public class RefusalTests
{
    [Theory]
    [InlineData("""{"not":{"type":"string"}}""", "/not")]
    [InlineData("""{"type":"object","properties":{"a/b":{"if":{},"then":{"minLength":1}}}}""", "/properties/a~1b/if")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "/uniqueItems")]
    [InlineData("""{"type":"array","contains":{"const":1}}""", "/contains")]
    [InlineData("""{"type":"string","format":"made-up"}""", "/format")]
    [InlineData("""{"type":"string","pattern":"^(?=a)"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"(a)\\1"}""", "/pattern")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"minimum":3}]}""", "/oneOf")]
    [InlineData("""{"allOf":[{"dependentRequired":{"a":["b"]}}]}""", "/allOf/0/dependentRequired")]
    [InlineData("""{"type":"object","unevaluatedProperties":false}""", "/unevaluatedProperties")]
    [InlineData("""{"type":"object","minProperties":3}""", "/minProperties")]
    [InlineData("""{"$ref":"https://elsewhere.example/schema"}""", "/$ref")]
    public void What_cannot_be_enforced_is_refused_with_its_pointer_when_strict_and_listed_otherwise(string schema, string pointer)
    {
        var refusal = Assert.Throws<GrammarRefusedException>(() => Words.Schema(schema));
        Assert.Equal((GrammarRefusal.Unenforceable, pointer), (refusal.Kind, refusal.Pointer));
        Assert.Contains(pointer, refusal.Message, StringComparison.Ordinal);
        if (!schema.Contains("elsewhere", StringComparison.Ordinal))
            Assert.Equal([pointer], Words.Schema(schema, isStrict: false).Unenforced);
    }

    [Theory]
    [InlineData("""{"type":"strin"}""", "/type")]
    [InlineData("""{"minLength":-1}""", "/minLength")]
    [InlineData("""{"type":"string","pattern":"("}""", "/pattern")]
    [InlineData("""{"properties":{"a":3}}""", "/properties/a")]
    [InlineData("""{"items":[{}]}""", "/items")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "/$ref")]
    [InlineData("""{"required":"a"}""", "/required")]
    [InlineData("""{"anyOf":[{"type":"string"},{"$ref":"#"}]}""", "/anyOf/1")]
    public void What_is_malformed_is_refused_with_its_pointer(string schema, string pointer)
    {
        var refusal = Assert.Throws<GrammarRefusedException>(() => Words.Schema(schema, isStrict: false));
        Assert.Equal((GrammarRefusal.Invalid, pointer), (refusal.Kind, refusal.Pointer));
    }

    [Theory]
    [InlineData("false")]
    [InlineData("""{"type":"integer","minimum":3,"maximum":2}""")]
    [InlineData("""{"type":"string","pattern":"^a$","const":"b"}""")]
    [InlineData("""{"$defs":{"a":{"type":"object","properties":{"a":{"$ref":"#/$defs/a"}},"required":["a"]}},"$ref":"#/$defs/a"}""")]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":false}}""")]
    public void A_schema_that_nothing_satisfies_is_refused(string schema) =>
        Assert.Equal(GrammarRefusal.Unsatisfiable, Assert.Throws<GrammarRefusedException>(() => Words.Schema(schema)).Kind);

    [Theory]
    [InlineData("{\"enum\":[\"\\ud800\"]}", GrammarRefusal.Invalid)]
    [InlineData("{\"properties\":{\"\\udc00\":{}}}", GrammarRefusal.Invalid)]
    [InlineData("{\"const\":{},\"required\":1}", GrammarRefusal.Invalid)]
    [InlineData("{\"enum\":[1e999999]}", GrammarRefusal.Limit)]
    public void Values_that_make_no_sense_are_refused(string schema, GrammarRefusal kind) =>
        Assert.Equal(kind, Assert.Throws<GrammarRefusedException>(() => Words.Schema(schema)).Kind);

    public static TheoryData<string> Hostile => new()
    {
        """{"type":"string","pattern":"(a|b)*a(a|b){20}"}""",
        """{"type":"string","pattern":"((a{0,100}){0,100}){0,100}"}""",
        """{"type":"string","pattern":"(x+x+)+y"}""",
        "{\"type\":\"string\",\"pattern\":\"" + string.Concat(Enumerable.Range(0x4E00, 9000).Select(value => (char)value)) + "\"}",
        "{\"oneOf\":[" + string.Join(',', Enumerable.Range(0, 50).Select(i => "{\"type\":\"object\",\"required\":[" + string.Join(',', Enumerable.Range(0, 150).Select(j => $"\"p{j}\"")) + "]}")) + "]}",
        """{"type":"array","items":{"type":"integer"},"minItems":10000000}""",
        """{"type":"array","items":{"type":"integer"},"maxItems":10000000}""",
        """{"type":"array","minItems":1000,"items":{"type":"array","minItems":1000,"items":{"type":"array","minItems":1000}}}""",
        """{"type":"object","minProperties":10000000}""",
        """{"type":"object","maxProperties":10000000}""",
        """{"type":"string","minLength":10000000}""",
        """{"type":"integer","multipleOf":999983}""",
        """{"type":"number","minimum":1e999999999}""",
        "{\"enum\":[" + string.Join(',', Enumerable.Range(0, 30_000).Select(i => $"\"v{i}\"")) + "]}",
        "{\"enum\":[" + string.Join(',', Enumerable.Range(0, 19_000).Select(i => $"\"v{i}\"")) + "]}",
        "{\"allOf\":[" + string.Join(',', Enumerable.Range(0, 20).Select(i => $$"""{"anyOf":[{"required":["a{{i}}"]},{"required":["b{{i}}"]}]}""")) + "]}",
        "{\"type\":\"object\",\"patternProperties\":{" + string.Join(',', Enumerable.Range(0, 12).Select(i => $"\"{(char)('a' + i)}\":{{}}")) + "}}",
        string.Concat(Enumerable.Repeat("{\"items\":", 60)) + "{}" + new string('}', 60),
        """{"$defs":{"t":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/t"}},{"type":"array","items":{"$ref":"#/$defs/t"},"maxItems":9},{"const":1}]}},"$ref":"#/$defs/t"}""",
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_schema_is_compiled_or_refused_at_once(string schema)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            var grammar = Words.Schema(schema, isStrict: false);
            grammar.Accepts("[[[[[[[[[[1,1],[1]]]]]]]]]]"u8);
        }
        catch (GrammarRefusedException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    [Fact]
    public void Readings_of_an_ambiguous_text_stay_bounded()
    {
        var grammar = Words.Schema("""{"$defs":{"t":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/t"}},{"type":"array","items":{"$ref":"#/$defs/t"},"maxItems":9},{"const":1}]}},"$ref":"#/$defs/t"}""");
        var deep = new string('[', 40) + "1" + new string(']', 40);
        Assert.True(grammar.Accepts(Encoding.ASCII.GetBytes(deep)));
    }
}
