using System.Text.Json;

namespace Freehold.Grammars.Schemas;

/// <summary>What to do with an assertion that can't be enforced: refuse it, or leave it out and list it.</summary>
internal sealed class SchemaRefusals(bool isStrict)
{
    // Assertions of the draft (and of earlier ones, whose authors meant them) that no automaton here enforces.
    private static readonly string[] _unenforceable =
    [
        "not", "if", "contains", "dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef", "additionalItems",
    ];

    private readonly List<string> _unenforced = [];

    /// <summary>Pointers to what was left out.</summary>
    public IReadOnlyList<string> Unenforced => _unenforced;

    /// <summary>Refuses, or lists.</summary>
    public void Refuse(string pointer, string why)
    {
        if (isStrict)
            throw GrammarRefusedException.Unenforceable(pointer, $"can't be enforced: {why}");
        if (!_unenforced.Contains(pointer))
            _unenforced.Add(pointer);
    }

    /// <summary>Looks for keywords that no automaton enforces.</summary>
    public void Check(SchemaPart part)
    {
        foreach (var keyword in _unenforceable)
        {
            if (!part.TryGet(keyword, out var value) || value.ValueKind == JsonValueKind.True && keyword.StartsWith("unevaluated", StringComparison.Ordinal))
                continue;
            if (keyword == "if" && !part.TryGet("then", out _) && !part.TryGet("else", out _))
                continue;
            Refuse(part.At(keyword), "this assertion needs the finished value. Say it with properties, enum, anyOf or pattern, or leave it out");
        }
    }
}
