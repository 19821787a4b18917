using System.Text.Json;

namespace Freehold.Grammars.Schemas;

/// <summary>Schemas that must hold together: <c>allOf</c> and <c>$ref</c> are followed, so that only plain assertions and choices are left.</summary>
/// <param name="Parts">The schemas, all objects, each once.</param>
/// <param name="IsNever">Whether one of them is <c>false</c>.</param>
internal sealed record Conjunction(IReadOnlyList<SchemaPart> Parts, bool IsNever)
{
    private const int MaxParts = 500;

    /// <summary>Equal ones have equal keys.</summary>
    public string Key { get; } = IsNever ? "false" : string.Join(' ', Parts.Select(part => part.Key));

    /// <summary>Follows what the parts refer to.</summary>
    public static Conjunction Of(SchemaDocument document, IEnumerable<SchemaPart> parts)
    {
        var (seen, all, open) = (new HashSet<string>(), new List<SchemaPart>(), new Queue<SchemaPart>(parts));
        while (open.TryDequeue(out var part))
        {
            if (part.Schema.ValueKind == JsonValueKind.False)
                return new Conjunction([], true);
            if (part.Schema.ValueKind == JsonValueKind.True || !seen.Add(part.Pointer))
                continue;
            if (part.Schema.ValueKind != JsonValueKind.Object)
                throw GrammarRefusedException.Invalid(part.Pointer, "a schema must be an object, true or false");
            if (all.Count == MaxParts)
                throw GrammarRefusedException.Limit(part.Pointer, $"more than {MaxParts} schemas must hold at once");
            all.Add(part);
            if (part.Text("$ref") is { } reference)
                open.Enqueue(document.Resolve(part, reference));
            foreach (var each in part.List("allOf"))
                open.Enqueue(each);
        }
        return new Conjunction(all, false);
    }

    /// <summary>All subschemas that this keyword has in the parts.</summary>
    public IEnumerable<SchemaPart> Each(string keyword) =>
        from part in Parts
        where part.TryGet(keyword, out _)
        select part;
}
