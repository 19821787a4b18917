using System.Text.Json;
using Freehold.Grammars.Tests.Fakes;
using Freehold.Tests;

namespace Freehold.Grammars.Tests.Suite;

/// <summary>The JSON-Schema-Test-Suite for the keywords that are enforced: what it accepts can be produced, what it rejects can't.</summary>
public class SuiteTests
{
    // What is true of the value, but not of any text in the forms that are written here (docs/structured-output.md).
    private static readonly string[] _inexpressible =
    [
        "format/time: a valid time string with leap second", "format/date-time: a valid date-time with a leap second", "format/time: valid leap second", "format/date-time: case-insensitive", "format/time: case-insensitive",
    ];

    private static readonly JsonElement _suite = JsonElement.Parse(File.ReadAllBytes(Path.Combine(SharedData.Root, "tests/Freehold.Grammars.Tests/Suite/draft2020-12.json")));

    public static TheoryData<string> Files => [.. _suite.EnumerateObject().Select(file => file.Name)];

    [Theory]
    [MemberData(nameof(Files))]
    public void What_the_suite_accepts_can_be_produced_and_what_it_rejects_cannot(string file)
    {
        var (wrong, refused, asked) = (new List<string>(), new List<string>(), 0);
        foreach (var group in _suite.GetProperty(file).EnumerateArray())
        {
            var name = $"{file}: {group.GetProperty("description").GetString()}";
            CompiledGrammar? grammar = null;
            try
            {
                var schema = group.GetProperty("schema");
                grammar = Words.Compiler.JsonSchema(schema);
            }
            catch (GrammarRefusedException refusal) when (refusal.Kind == GrammarRefusal.Unenforceable)
            {
                refused.Add($"{name}: {refusal.Message}");
                continue;
            }
            catch (GrammarRefusedException refusal) when (refusal.Kind == GrammarRefusal.Unsatisfiable)
            {
                // Then nothing can be produced.
            }
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var (data, isValid) = (test.GetProperty("data"), test.GetProperty("valid").GetBoolean());
                var isProduced = grammar is not null && JsonForms.Of(data).Any(text => grammar.Accepts(text));
                asked++;
                if (isProduced != isValid && !(isValid && IsInexpressible(file, test, data)))
                    wrong.Add($"{name}: {test.GetProperty("description").GetString()}: {data.GetRawText()} is {(isValid ? "valid, but can't be produced" : "not valid, but can be produced")}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        TestContext.Current.TestOutputHelper?.WriteLine($"{asked} instances; refused as not enforceable: {string.Join("; ", refused)}");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Finished_values_are_judged_as_the_suite_judges_them(string file)
    {
        foreach (var group in _suite.GetProperty(file).EnumerateArray())
        {
            var schema = group.GetProperty("schema").GetRawText();
            // Formats have fewer spellings here; what isn't in the document isn't fetched; unevaluated properties aren't judged.
            if (file.StartsWith("format/", StringComparison.Ordinal) || schema.Contains("json-schema.org/draft", StringComparison.Ordinal) || schema.Contains("unevaluated", StringComparison.Ordinal))
                continue;
            var check = new SchemaCheck(group.GetProperty("schema"));
            foreach (var test in group.GetProperty("tests").EnumerateArray())
                Assert.True(check.Holds(test.GetProperty("data")) == test.GetProperty("valid").GetBoolean(), $"{group.GetProperty("description")}: {test}");
            Assert.Empty(check.Unchecked);
        }
    }

    private static bool IsInexpressible(string file, JsonElement test, JsonElement data) =>
        // Formats have fewer spellings here, and lone surrogates are no text.
        file.StartsWith("format/", StringComparison.Ordinal) || _inexpressible.Contains($"{file}: {test.GetProperty("description").GetString()}") || data.GetRawText().Contains("\\ud8", StringComparison.OrdinalIgnoreCase);
}
