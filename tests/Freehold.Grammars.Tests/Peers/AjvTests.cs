using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Grammars.Tests.Fakes;
using Freehold.Tests;

namespace Freehold.Grammars.Tests.Peers;

/// <summary>What is written under random schemas, asked of a validator that isn't ours. FREEHOLD_SCHEMAS says how many schemas; 10,000 is the long way.</summary>
public class AjvTests
{
    private const int TextsEach = 3;

    [Fact]
    public void Every_text_written_under_a_random_schema_satisfies_it_by_ajv()
    {
        var peer = Path.Combine(SharedData.Root, "tests", "peer");
        if (!Directory.Exists(Path.Combine(peer, "node_modules", "ajv-formats")))
            Assert.Skip("needs ajv: npm install --ignore-scripts in tests/peer");
        var wanted = int.TryParse(Environment.GetEnvironmentVariable("FREEHOLD_SCHEMAS"), out var asked) ? asked : 300;
        var (compile, made, refused, unsatisfiable) = (new List<double>(), 0, 0, 0);
        var file = Path.Combine(Path.GetTempPath(), $"freehold-schemas-{Guid.NewGuid():N}.jsonl");
        try
        {
            using (var lines = new StreamWriter(file))
            {
                for (var seed = 0; made < wanted; seed++)
                {
                    var schema = new SchemaMaker(seed).Make().ToJsonString();
                    var start = ProcessorTime.Milliseconds;
                    try
                    {
                        var grammar = Words.Schema(schema);
                        compile.Add(ProcessorTime.Milliseconds - start);
                        made++;
                        var random = new Random(seed);
                        var texts = Enumerable.Range(0, TextsEach).Select(_ => Pick.Text(grammar, Math.Max(grammar.ShortestTokens, random.Next(5, 120)), random)!).ToArray();
                        Assert.All(texts, text => Assert.True(grammar.Accepts(text)));
                        lines.WriteLine(new JsonObject { ["schema"] = JsonNode.Parse(schema), ["texts"] = new JsonArray([.. texts.Select(text => (JsonNode)Strict(text))]) }.ToJsonString());
                    }
                    catch (GrammarRefusedException refusal)
                    {
                        _ = refusal.Kind == GrammarRefusal.Unsatisfiable ? unsatisfiable++ : refused++;
                    }
                }
            }
            var answer = Ask(peer, file);
            Assert.True(answer.Length == 1, $"{answer.Length - 1} texts do not satisfy their schema:\n{string.Join('\n', answer.Take(10))}");
            Assert.Equal(made * TextsEach, JsonElement.Parse(answer[0]).GetProperty("checked").GetInt32());
        }
        finally
        {
            File.Delete(file);
        }
        compile.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{made} schemas ({unsatisfiable} more can't be satisfied, {refused} were refused), {made * TextsEach} texts; compiling took, first code of all included, {compile[made / 2]:f2} ms (p50), {compile[made * 99 / 100]:f2} ms (p99)");
        // A generator whose schemas are mostly refused would show nothing.
        Assert.True(refused < made / 4, $"{refused} schemas were refused, {made} were not");
    }

    private static string Strict(byte[] text) => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text);

    private static string[] Ask(string peer, string file)
    {
        using var node = Process.Start(new ProcessStartInfo("node", ["validate.mjs", file]) { WorkingDirectory = peer, RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 })!;
        var output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
