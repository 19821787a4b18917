using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Engine.Constraints;
using Freehold.Tests;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Tests.Tools;

/// <summary>
/// Questions of the Berkeley Function Calling Leaderboard put to the embedded model, which must answer with a call. Whether the call is right depends on the model; that it parses and
/// matches its schema does not. <c>FREEHOLD_BFCL=200</c> asks so many of each file.
/// </summary>
public class BfclTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_call_that_the_embedded_model_must_make_parses_and_matches_its_schema()
    {
        var each = int.TryParse(Environment.GetEnvironmentVariable("FREEHOLD_BFCL"), out var asked) ? asked : 3;
        var questions = new[] { "simple_python", "multiple" }.SelectMany(name => File.ReadLines(SharedData.Require($"data/tools/BFCL_v4_{name}.json")).Take(each)).ToList();
        using var model = FreeholdModel.Open(Path.Combine(SharedData.Root, "models/SmolLM2-135M-Instruct-Q4_1.gguf"));
        foreach (var line in questions)
        {
            var question = JsonNode.Parse(line)!;
            var tools = question["function"]!.AsArray().Select(function => (Name: (string)function!["name"]!, Schema: SchemaOf(function["parameters"]!))).ToList();
            var messages = question["question"]![0]!.AsArray().Select(message => new ChatMessage(new ChatRole((string)message!["role"]!), (string)message["content"]!));
            var response = await model.Chat!.GetResponseAsync(messages, new()
            {
                Temperature = 0,
                MaxOutputTokens = 400,
                ToolMode = ChatToolMode.RequireAny,
                AllowMultipleToolCalls = false,
                Tools = [.. tools.Select(tool => ToolBench.Tool(tool.Name, tool.Schema))],
            }, Cancellation);
            // An answer that the model does not bring to an end is cut, and says so.
            if (response.FinishReason == ChatFinishReason.Length)
            {
                Assert.Empty(response.Messages[0].Contents.OfType<FunctionCallContent>());
                TestContext.Current.SendDiagnosticMessage($"{question["id"]}: cut");
                continue;
            }
            var call = Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>());
            Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
            var schema = tools.Single(tool => tool.Name == call.Name).Schema;
            Assert.True(model.Engine!.Compile(Constraint.JsonSchema(schema, isStrict: false)).Accepts(Encoding.UTF8.GetBytes((string)call.RawRepresentation!)), $"{question["id"]}: {call.RawRepresentation}");
            TestContext.Current.SendDiagnosticMessage($"{question["id"]}: {call.Name} {call.RawRepresentation}");
        }
    }

    /// <summary>BFCL writes Python's types where JSON Schema has its own.</summary>
    private static JsonElement SchemaOf(JsonNode parameters)
    {
        var schema = parameters.DeepClone();
        Mend(schema);
        return JsonElement.Parse(schema.ToJsonString());
    }

    private static void Mend(JsonNode? node)
    {
        if (node is JsonArray array)
            foreach (var item in array)
                Mend(item);
        if (node is not JsonObject schema)
            return;
        if (schema["type"] is JsonValue type && type.TryGetValue<string>(out var name))
        {
            if (name == "any")
                schema.Remove("type");
            else
                schema["type"] = name switch { "dict" => "object", "float" => "number", "tuple" => "array", _ => name };
        }
        foreach (var (_, value) in schema)
            Mend(value);
    }
}
