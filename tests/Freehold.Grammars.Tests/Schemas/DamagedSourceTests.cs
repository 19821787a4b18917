using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Grammars.Tests.Fakes;
using Freehold.Grammars.Tests.Peers;

namespace Freehold.Grammars.Tests.Schemas;

/// <summary>Whatever is sent is compiled or refused; nothing else ever comes out.</summary>
public class DamagedSourceTests
{
    private const string Mark = "\"DAMAGED\"";

    private static readonly string[] _values =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e400", "1e9", "\"\"", "\"x\"", "\"[\"", "\"#/$defs/none\"", "\"#\"", "\"http://x/\"", "[]", "{}", "[1]", "[\"a\",\"a\"]", "{\"a\":1}", "[{}]", "[null]", "\"\\ud800\"",
    ];

    private static readonly string[] _keywords =
    [
        "type", "enum", "const", "properties", "required", "items", "prefixItems", "anyOf", "oneOf", "allOf", "$ref", "$id", "$anchor", "pattern", "format", "minLength", "maxLength", "minimum", "maximum",
        "exclusiveMinimum", "multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "additionalProperties", "patternProperties", "propertyNames", "not", "if", "then", "$defs",
    ];

    [Fact]
    public void A_schema_damaged_anywhere_is_compiled_or_refused()
    {
        for (var seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            var schema = new SchemaMaker(seed % 300).Make().ToJsonString();
            for (var damage = random.Next(1, 4); damage > 0; damage--)
                schema = Damage(schema, random);
            // Put in as text: no JsonNode holds half of a surrogate pair.
            while (schema.IndexOf(Mark, StringComparison.Ordinal) is >= 0 and var at)
                schema = schema[..at] + _values[random.Next(_values.Length)] + schema[(at + Mark.Length)..];
            Try(seed, schema, () => Words.Compiler.JsonSchema(JsonElement.Parse(schema), isStrict: random.Next(2) == 0));
        }
    }

    [Fact]
    public void Any_pattern_and_any_grammar_is_compiled_or_refused()
    {
        const string alphabet = "ab()[]{}|*+?^$.\\-,019:=<>\"rot \n!pLu";
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var text = new string(random.GetItems(alphabet.AsSpan(), random.Next(1, 25)));
            Try(seed, text, () => Words.Compiler.Regex(text));
            Try(seed, text, () => Words.Compiler.Gbnf("root ::= " + text));
        }
    }

    private static void Try(int seed, string source, Func<CompiledGrammar> compile)
    {
        try
        {
            compile().Accepts("{\"a\":[1,\"x\"]}"u8);
        }
        catch (GrammarRefusedException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
        catch (Exception other)
        {
            Assert.Fail($"seed {seed}: {other.GetType().Name} for {source}: {other}");
        }
    }

    private static string Damage(string schema, Random random)
    {
        var root = JsonNode.Parse(schema)!;
        var objects = new List<JsonObject>();
        Collect(root, objects);
        if (objects.Count == 0)
            return Mark;
        var target = objects[random.Next(objects.Count)];
        var name = target.Count > 0 && random.Next(2) == 0 ? target.ElementAt(random.Next(target.Count)).Key : _keywords[random.Next(_keywords.Length)];
        target[name] = "DAMAGED";
        return root.ToJsonString();
    }

    private static void Collect(JsonNode? node, List<JsonObject> found)
    {
        if (node is JsonObject named)
        {
            found.Add(named);
            foreach (var member in named)
                Collect(member.Value, found);
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
                Collect(item, found);
        }
    }
}
