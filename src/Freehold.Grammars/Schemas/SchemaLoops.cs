namespace Freehold.Grammars.Schemas;

/// <summary>Refuses schemas that refer to themselves about the same value, without a property or an item between: no validator comes to an end with them.</summary>
internal sealed class SchemaLoops(SchemaDocument document)
{
    private readonly Dictionary<string, bool> _isDone = [];

    /// <summary>Looks at a schema and all that it says about the same value.</summary>
    public void Check(SchemaPart root)
    {
        if (!_isDone.TryAdd(root.Pointer, false))
            return;
        var path = new Stack<(SchemaPart Part, IEnumerator<SchemaPart> InPlace)>();
        path.Push((root, InPlace(root).GetEnumerator()));
        while (path.TryPeek(out var top))
        {
            if (!top.InPlace.MoveNext())
            {
                _isDone[top.Part.Pointer] = true;
                path.Pop();
                continue;
            }
            var next = top.InPlace.Current;
            if (_isDone.TryAdd(next.Pointer, false))
                path.Push((next, InPlace(next).GetEnumerator()));
            else if (!_isDone[next.Pointer])
                throw GrammarRefusedException.Invalid(top.Part.Pointer, "the schema refers to itself about the same value, without a property or an item between");
        }
    }

    private IEnumerable<SchemaPart> InPlace(SchemaPart part)
    {
        if (part.Text("$ref") is { } reference)
            yield return document.Resolve(part, reference);
        foreach (var keyword in new[] { "allOf", "anyOf", "oneOf" })
            foreach (var each in part.List(keyword))
                yield return each;
    }
}
