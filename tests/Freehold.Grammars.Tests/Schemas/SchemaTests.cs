using System.Text;
using Freehold.Grammars.Tests.Fakes;

namespace Freehold.Grammars.Tests.Schemas;

public class SchemaTests
{
    [Theory]
    [InlineData("""{"type":"integer","minimum":-3,"maximum":120}""", "-3 -1 0 7 99 120", "-4 121 1.0 -0 00 1e1")]
    [InlineData("""{"type":"integer","exclusiveMinimum":0}""", "1 10 999", "0 -1")]
    [InlineData("""{"type":"integer","minimum":10,"multipleOf":5}""", "10 15 1000", "5 11 12")]
    [InlineData("""{"type":"integer","multipleOf":1000}""", "0 1000 -2000 123000 123456789012000", "100 1 1500 126202422123127000")]
    [InlineData("""{"type":"number","minimum":0.5,"exclusiveMaximum":2}""", "0.5 0.50 1 1.999 0.75", "0.4 0.49999 2 2.0 -1 1e0")]
    [InlineData("""{"type":"number","multipleOf":0.25}""", "0.25 -0.5 1 7.75 0.0", "0.1 0.3 0.125")]
    [InlineData("""{"type":"number","minimum":-1.5,"maximum":-0.25}""", "-1.5 -0.25 -1 -0.3", "-1.51 -0.2 0 1 -0.0")]
    [InlineData("""{"type":"number"}""", "0 -1 1.5 1e5 -2.5E-10 123456789012345678", "01 1. .5 1e 1e100 +1 NaN")]
    [InlineData("""{"const":1.0}""", "1.0 1", "1.00 2")]
    [InlineData("""{"type":["null","boolean"]}""", "null true false", "0 \"\" []")]
    [InlineData("""{"enum":[1,"a",null,[1,2],{"b":true}]}""", "1 \"a\" null [1,2] {\"b\":true}", "2 \"b\" [1] {} {\"b\":false}")]
    [InlineData("""{"enum":[1,2,"x","yy"],"minimum":2,"maxLength":1}""", "2 \"x\"", "1 \"yy\"")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":3}""", "[1,2] [1,2,3]", "[] [1] [1,2,3,4] [\"a\",1]")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}""", "[] [\"a\"] [\"a\",1]", "[1] [\"a\",1,2]")]
    [InlineData("""{"type":"array","prefixItems":[{"const":1}],"items":{"const":2},"minItems":2}""", "[1,2] [1,2,2]", "[1] [2,2] [1,1]")]
    [InlineData("""{"type":"array","maxItems":1,"uniqueItems":true,"items":{"const":1}}""", "[] [1]", "[1,1]")]
    [InlineData("""{"type":"object","properties":{"a":{"const":1},"b":{"const":2}},"required":["b"],"additionalProperties":false}""", "{\"b\":2} {\"a\":1,\"b\":2}", "{} {\"a\":1} {\"b\":2,\"a\":1} {\"b\":2,\"c\":1}")]
    [InlineData("""{"type":"object","properties":{"a":{"const":1}},"additionalProperties":{"const":3}}""", "{} {\"a\":1} {\"b\":3} {\"a\":1,\"b\":3,\"ab\":3,\"\":3}", "{\"a\":3} {\"b\":1}")]
    [InlineData("""{"type":"object","patternProperties":{"^x-":{"const":1}},"additionalProperties":{"const":2}}""", "{\"x-a\":1} {\"y\":2,\"x-\":1}", "{\"x-a\":2} {\"y\":1}")]
    [InlineData("""{"type":"object","propertyNames":{"pattern":"^[a-c]+$"},"additionalProperties":{"const":1}}""", "{\"abc\":1}", "{\"d\":1} {\"\":1}")]
    [InlineData("""{"type":"object","properties":{"a":{"const":1},"b":{"const":1},"c":{"const":1}},"additionalProperties":false,"minProperties":2,"maxProperties":2}""", "{\"a\":1,\"b\":1} {\"a\":1,\"c\":1} {\"b\":1,\"c\":1}", "{} {\"a\":1} {\"a\":1,\"b\":1,\"c\":1}")]
    [InlineData("""{"type":"object","additionalProperties":{"const":1},"minProperties":1,"maxProperties":2}""", "{\"a\":1} {\"a\":1,\"b\":1}", "{} {\"a\":1,\"b\":1,\"c\":1}")]
    [InlineData("""{"required":["z"],"type":"object","additionalProperties":{"const":1}}""", "{\"z\":1} {\"z\":1,\"y\":1}", "{} {\"y\":1}")]
    [InlineData("""{"anyOf":[{"const":1},{"type":"string"}]}""", "1 \"x\"", "2 null")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"string"}],"not":false}""", "1 \"x\"", "null", false)]
    [InlineData("""{"allOf":[{"minimum":3},{"maximum":5}],"type":"integer"}""", "3 5", "2 6")]
    [InlineData("""{"allOf":[{"anyOf":[{"const":1},{"const":2}]},{"anyOf":[{"const":2},{"const":3}]}]}""", "2", "1 3")]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"v":{"const":1},"next":{"$ref":"#/$defs/n"}},"additionalProperties":false}}}""", "{} {\"next\":{\"v\":1,\"next\":{}}}", "{\"next\":1} {\"next\":{\"v\":2}}")]
    [InlineData("""{"$id":"https://a.example/root","$ref":"item","$defs":{"i":{"$id":"item","$ref":"#x","$defs":{"y":{"$anchor":"x","const":5}}}}}""", "5", "4")]
    [InlineData("""{"type":"object","properties":{"é\"\n":{"const":1}},"additionalProperties":false}""", "{\"é\\\"\\n\":1}", "{\"e\":1}")]
    public void A_text_is_accepted_exactly_when_it_satisfies_the_schema(string schema, string accepted, string rejected, bool isStrict = true)
    {
        var grammar = Words.Schema(schema, isStrict);
        foreach (var text in accepted.Split(' '))
            Assert.True(grammar.Accepts(Encoding.UTF8.GetBytes(text)), $"{text} should satisfy {schema}");
        foreach (var text in rejected.Split(' '))
            Assert.False(grammar.Accepts(Encoding.UTF8.GetBytes(text)), $"{text} should not satisfy {schema}");
    }

    [Theory]
    [InlineData("""{"type":"string","minLength":2,"maxLength":3}""", new[] { "\"ab\"", "\"日本語\"", "\"😀😀\"", "\"\\ud83d\\ude00x\"", "\"\\n\\\\\"" }, new[] { "\"a\"", "\"abcd\"", "\"😀😀😀😀\"", "\"\\ud83d\"" })]
    [InlineData("""{"type":"string","pattern":"^[a-c]{2,3}$"}""", new[] { "\"ab\"", "\"abc\"" }, new[] { "\"a\"", "\"abca\"", "\"xab\"" })]
    [InlineData("""{"type":"string","pattern":"b+"}""", new[] { "\"abbc\"", "\"b\"", "\"\\nb\"" }, new[] { "\"\"", "\"ac\"" })]
    [InlineData("""{"type":"string","pattern":"^\\p{Lu}\\d?$","maxLength":1}""", new[] { "\"É\"" }, new[] { "\"A1\"", "\"é\"" })]
    [InlineData("""{"type":"string","format":"date"}""", new[] { "\"2024-02-29\"", "\"1999-12-31\"" }, new[] { "\"2023-02-29\"", "\"2024-13-01\"", "\"24-01-01\"" })]
    [InlineData("""{"type":"string","format":"date-time"}""", new[] { "\"2024-02-29T12:00:00Z\"", "\"1999-12-31T23:59:59.5+02:00\"" }, new[] { "\"2024-02-29\"", "\"2024-02-29T24:00:00Z\"" })]
    [InlineData("""{"type":"string","format":"ipv6"}""", new[] { "\"::\"", "\"fe80::1\"", "\"1:2:3:4:5:6:7:8\"" }, new[] { "\"1:2\"", "\":::\"", "\"12345::\"" })]
    [InlineData("""{"type":"string","format":"email"}""", new[] { "\"a.b@example.org\"" }, new[] { "\"a@b\"", "\"@x.y\"" })]
    [InlineData("""{"type":"string"}""", new[] { "\"\"", "\"\u007f\"", "\"\\u00e9\\uD83D\\uDE00\"" }, new[] { "\"\u0001\"", "\"\\x\"", "\"\\ud83d\"", "\"\\ude00\"", "\"a" })]
    public void Strings_are_told_by_their_characters(string schema, string[] accepted, string[] rejected)
    {
        var grammar = Words.Schema(schema);
        foreach (var text in accepted)
            Assert.True(grammar.Accepts(Encoding.UTF8.GetBytes(text)), $"{text} should satisfy {schema}");
        foreach (var text in rejected)
            Assert.False(grammar.Accepts(Encoding.UTF8.GetBytes(text)), $"{text} should not satisfy {schema}");
    }

    [Fact]
    public void White_space_is_one_space_or_a_newline_with_at_most_32_spaces_and_nowhere_else()
    {
        var grammar = Words.Schema("""{"type":"object","properties":{"a":{"type":"array","items":{"const":1}}},"additionalProperties":false}""");
        foreach (var text in new[] { "{\"a\":[]}", "{ \"a\": [ 1, 1 ] }", "{\n  \"a\": [\n    1,\n    1\n  ]\n}", "{\n}" })
            Assert.True(grammar.Accepts(Encoding.UTF8.GetBytes(text)), text);
        foreach (var text in new[] { " {}", "{} ", "{  \"a\":[]}", "{\"a\" :[]}", "{\"a\":  []}", "{\"a\":[1 ,1]}", "{\n" + new string(' ', 33) + "}" })
            Assert.False(grammar.Accepts(Encoding.UTF8.GetBytes(text)), text);
    }

    [Fact]
    public void Half_characters_and_control_bytes_never_stand_in_a_string()
    {
        var grammar = Words.Schema("""{"type":"string"}""");
        foreach (var bytes in new byte[][] { [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0x00], [0x1F], [0xF4, 0x90, 0x80, 0x80], [0xE0, 0x80, 0x80] })
            Assert.False(grammar.Accepts([(byte)'"', .. bytes, (byte)'"']));
    }
}
