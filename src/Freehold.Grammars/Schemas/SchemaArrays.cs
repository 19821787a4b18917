using Freehold.Grammars.Automata;
using Freehold.Grammars.Json;

namespace Freehold.Grammars.Schemas;

/// <summary>Weaves the arrays of a schema.</summary>
internal sealed class SchemaArrays(SchemaCompiler compiler, SchemaRefusals refusals, Weaver weaver, JsonRules json)
{
    private const int MaxPrefix = 1000;

    /// <summary>Between two nodes.</summary>
    public void Weave(Conjunction schema, Node start, Node end)
    {
        var min = schema.Parts.Max(part => part.Count("minItems")) ?? 0;
        var max = schema.Parts.Min(part => part.Count("maxItems")) ?? int.MaxValue;
        if (min > max)
            return;
        var prefix = Math.Min(max, schema.Parts.Max(part => part.List("prefixItems").Count()));
        if (prefix > MaxPrefix)
            throw GrammarRefusedException.Limit(schema.Each("prefixItems").First().At("prefixItems"), $"{prefix:N0} items; at most {MaxPrefix:N0} are possible");
        RefuseUnique(schema, max);
        var at = weaver.Call(weaver.Range(start, (byte)'[', (byte)'['), json.Space);
        if (min == 0)
            weaver.Range(at, (byte)']', (byte)']', end);
        var close = weaver.Node();
        weaver.Range(weaver.Call(close, json.Space), (byte)']', (byte)']', end);
        // The first item stands alone where no prefix says more: all others have a comma before them.
        var single = Math.Min(max, Math.Max(prefix, 1));
        for (var i = 0; i < single; i++)
        {
            if (i > 0)
                at = Comma(at);
            at = weaver.Call(at, compiler.Rule(Item(schema, i)));
            if (i + 1 >= min)
                Weaver.Skip(at, close);
        }
        if (max == single)
            return;
        var further = weaver.Rule("further item", from => weaver.Call(Comma(from), compiler.Rule(Item(schema, prefix))));
        Weaver.Skip(weaver.Repeat(at, further, Math.Max(0, min - single), max == int.MaxValue ? Loop.Endless : max - single), close);
    }

    private Node Comma(Node from) => weaver.Call(weaver.Range(from, (byte)',', (byte)','), json.Space);

    // What each part says of the item at an index.
    private static IEnumerable<SchemaPart> Item(Conjunction schema, int index)
    {
        foreach (var part in schema.Parts)
        {
            var prefix = part.List("prefixItems").ToArray();
            if (index < prefix.Length)
                yield return prefix[index];
            else if (part.TryGet("items", out var items))
                yield return items.ValueKind == System.Text.Json.JsonValueKind.Array
                    ? throw GrammarRefusedException.Invalid(part.At("items"), "must be one schema; a list of schemas is called prefixItems in draft 2020-12")
                    : part.Below("items", items);
        }
    }

    private void RefuseUnique(Conjunction schema, int max)
    {
        foreach (var part in schema.Each("uniqueItems"))
            if (max > 1 && part.TryGet("uniqueItems", out var unique) && unique.ValueKind == System.Text.Json.JsonValueKind.True)
                refusals.Refuse(part.At("uniqueItems"), "items would have to be compared with all earlier ones; leave it out, or use maxItems 1");
    }
}
