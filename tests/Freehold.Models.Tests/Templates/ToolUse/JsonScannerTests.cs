using System.Text.Json;
using Freehold.Models.Templates.ToolUse;
using Xunit;

namespace Freehold.Models.Tests.Templates.ToolUse;

public sealed class JsonScannerTests
{
    /// <summary>Arguments the parser calls whole must be what a client's JSON parser takes, and the other way round.</summary>
    [Fact]
    public void What_is_taken_for_arguments_is_what_a_json_parser_takes()
    {
        string[] seeds =
        [
            """{"a": 1, "b": [true, false, null, -0.5e+10, 0, 12.25], "c": {"d": "x\n\"\u00e9\\"}}""", "{}", """{ "a" : [ ] , "b" : { } }""", """{"a":[[[[1]]]],"é":"👩‍🔬"}""",
        ];
        const string Characters = "{}[]\",:\\ \n\t\u0001tfne0123456789.+-xu";
        var random = new Random(3);
        var (valid, invalid) = (0, 0);
        for (var i = 0; i < 60_000; i++)
        {
            var text = seeds[random.Next(seeds.Length)].ToCharArray().ToList();
            for (var changes = random.Next(4); changes > 0 && text.Count > 1; changes--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0: text[at] = Characters[random.Next(Characters.Length)]; break;
                    case 1: text.RemoveAt(at); break;
                    default: text.Insert(at, Characters[random.Next(Characters.Length)]); break;
                }
            }
            var json = new string([.. text]);
            // Half a surrogate pair is no text that generation can give.
            if (json.Length == 0 || json[0] != '{' || json != new string(json.EnumerateRunes().SelectMany(rune => rune.ToString()).ToArray()))
                continue;
            var expected = IsJson(json);
            Assert.True(expected == IsWhole(json), $"{json}: a JSON parser says {expected}");
            _ = expected ? valid++ : invalid++;
        }
        Assert.True(valid > 1000 && invalid > 1000, $"{valid} valid, {invalid} invalid");
    }

    private static bool IsWhole(string json)
    {
        var events = new AnswerParser(ToolCallFormats.FunctionTag, null).Feed($"<function=f>{json}");
        return events.OfType<CallEnded>().Any(call => call.Arguments == json);
    }

    private static bool IsJson(string json)
    {
        try
        {
            // Trailing white space is valid JSON, but arguments end with their brace.
            JsonDocument.Parse(json).Dispose();
            return json[^1] == '}';
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
