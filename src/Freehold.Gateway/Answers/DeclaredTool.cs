using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Answers;

/// <summary>A function that the client runs itself.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it does, for the model.</param>
/// <param name="schema">JSON Schema of its arguments; null for any object.</param>
/// <param name="strict">Whether a schema that cannot be enforced is a reason to refuse.</param>
internal sealed class DeclaredTool(string name, string? description, JsonElement? schema, bool strict) : AIFunctionDeclaration
{
    public override string Name { get; } = name;

    public override string Description { get; } = description ?? "";

    public override JsonElement JsonSchema { get; } = schema ?? JsonElement.Parse("""{"type":"object","properties":{}}""");

    public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } = new Dictionary<string, object?> { ["strict"] = strict };
}
