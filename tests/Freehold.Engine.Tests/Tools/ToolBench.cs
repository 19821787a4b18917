using System.Text.Json;
using Freehold.Engine.Tests.Fakes;
using Freehold.Models.Templates;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Tests.Tools;

/// <summary>Engines over fakes with a chat template, and what to ask them.</summary>
internal static class ToolBench
{
    public const string Plain = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";
    public static readonly JsonElement City = JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string","description":"Where","enum":["Bern","Thun"]},"days":{"type":"integer","description":"How long","minimum":1,"maximum":9}},"required":["city"],"additionalProperties":false}""");
    public static readonly ChatMessage[] Messages = [new(ChatRole.User, "Weather in Bern?")];

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static AIFunctionDeclaration Tool(string name, JsonElement schema, bool strict = false) => new Declared(name, schema, strict);

    public static ChatOptions Options(ChatToolMode mode, params AITool[] tools) => new() { Tools = tools.Length > 0 ? tools : [Tool("weather", City), Tool("geo.find", City)], ToolMode = mode, Temperature = 0 };

    public static Bench BenchOf(string template, RememberingModel? model = null, ByteTokenizer? tokenizer = null) =>
        new(Bench.Small(4096), model: model ?? new RememberingModel(258, context: 1 << 15), template: ChatTemplate.Parse(template), tokenizer: tokenizer);

    private sealed class Declared(string name, JsonElement schema, bool strict) : AIFunctionDeclaration
    {
        public override string Name => name;
        public override JsonElement JsonSchema => schema;
        public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } = new Dictionary<string, object?> { ["strict"] = strict };
    }
}
