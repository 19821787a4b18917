using Freehold.Grammars.Automata;
using Freehold.Grammars.Json;
using Freehold.Grammars.Text;

namespace Freehold.Grammars.Schemas;

/// <summary>
/// Weaves the objects of a schema. Named properties stand in the order in which the schema names them (required ones that it doesn't describe behind them), each at most once;
/// others, where they are allowed, come last.
/// </summary>
internal sealed class SchemaObjects(
    SchemaCompiler compiler, SchemaRefusals refusals, SchemaStrings strings, SchemaValidator validator, SchemaDocument document, Weaver weaver, JsonRules json, GrammarLimits limits)
{
    private const int MaxNames = 1000;

    /// <summary>Between two nodes.</summary>
    public void Weave(Conjunction schema, Node start, Node end)
    {
        var properties = new SchemaProperties(schema, validator, strings, refusals, document, limits);
        var names = properties.Names;
        if (names.Count > MaxNames)
            throw GrammarRefusedException.Limit(schema.Parts[0].Pointer, $"{names.Count:N0} properties; at most {MaxNames:N0} are possible");
        var members = names.Select(name => (Rule: Member(JsonText.Quote(name), properties.Of(name)), IsRequired: properties.Required.Contains(name))).ToArray();
        var others = compiler.WritesNamedOnly && IsNamed(schema, names.Count) ? null : Others(properties.Others());
        var (min, max) = Counts(schema, members.Length, others is not null);
        var required = members.Count(member => member.IsRequired);
        if (max < required || min > max)
            return;

        // Where counts don't matter it is enough to know whether a member stands before.
        var isCounted = min > required || max < (others is null ? members.Length : int.MaxValue);
        var most = !isCounted ? 1 : max == int.MaxValue ? Math.Max(1, min) : max;
        var (after, choose) = (new Grid(weaver), new Grid(weaver));
        var further = others is null ? null : weaver.Rule("further member", from => weaver.Call(Comma(from), others));
        var close = weaver.Node();
        weaver.Range(weaver.Call(close, json.Space), (byte)'}', (byte)'}', end);
        var open = weaver.Call(weaver.Range(start, (byte)'{', (byte)'{'), json.Space);
        Weaver.Skip(open, choose[0, 0]);
        if (required == 0 && min == 0)
            weaver.Range(open, (byte)'}', (byte)'}', end);
        var lastRequired = Array.FindLastIndex(members, member => member.IsRequired);
        for (var i = 0; i <= members.Length; i++)
        {
            for (var count = 0; count <= Math.Min(most, isCounted ? i : 1); count++)
            {
                var next = Math.Min(count + 1, most);
                var mayGrow = !isCounted || max == int.MaxValue || count < max;
                if (i < members.Length && mayGrow)
                    weaver.Call(choose[i, count], members[i].Rule, after[i + 1, next]);
                if (i < members.Length && !members[i].IsRequired)
                    Weaver.Skip(choose[i, count], choose[i + 1, count]);
                // Names of others may repeat each other, so only one of them surely counts.
                if (i == members.Length && others is not null && mayGrow && (!isCounted || count + 1 >= min))
                    Weaver.Skip(weaver.Repeat(weaver.Call(choose[i, count], others), further!, 0, max == int.MaxValue ? Loop.Endless : max - count - 1), close);
                if (count == 0)
                    continue;
                Weaver.Skip(Comma(after[i, count]), choose[i, count]);
                if (i > lastRequired && (!isCounted || count >= min))
                    Weaver.Skip(after[i, count], close);
            }
        }
    }

    // What speaks of other properties than the named ones.
    private static bool IsNamed(Conjunction schema, int names) => names > 0 && (schema.Parts.Max(part => part.Count("minProperties")) ?? 0) <= names
        && !schema.Parts.Any(part => part.TryGet("additionalProperties", out _) || part.TryGet("patternProperties", out _) || part.TryGet("propertyNames", out _) || part.TryGet("unevaluatedProperties", out _));

    private (int Min, int Max) Counts(Conjunction schema, int names, bool hasOthers)
    {
        var min = schema.Parts.Max(part => part.Count("minProperties")) ?? 0;
        var max = schema.Parts.Min(part => part.Count("maxProperties")) ?? int.MaxValue;
        if (!hasOthers || min <= names + 1)
            return (min, max);
        refusals.Refuse(schema.Each("minProperties").First().At("minProperties"), $"{min:N0} properties are wanted and {names:N0} have names; names that are made up can't be kept apart. Name them under properties");
        return (Math.Min(max, names + 1), max);
    }

    private Node Comma(Node from) => weaver.Call(weaver.Range(from, (byte)',', (byte)','), json.Space);

    private Rule Member(byte[] name, IEnumerable<SchemaPart> value) =>
        weaver.Rule("member", start => weaver.Call(JsonRules.Colon(weaver, weaver.Literal(start, name)), compiler.Rule(value)));

    private Rule? Others(IReadOnlyList<(Dfa Names, IReadOnlyList<SchemaPart> Value)> classes)
    {
        if (classes.Count == 0)
            return null;
        var (rule, end) = (weaver.Rule("other member"), weaver.End());
        foreach (var (names, value) in classes)
        {
            var name = names.States == 1 && names.IsUniversal(0) ? json.String : DfaWeaver.Json(weaver, names, json.Character, "name");
            weaver.Call(JsonRules.Colon(weaver, weaver.Call(rule.Start, name)), compiler.Rule(value), end);
        }
        return rule;
    }

    // Nodes by how many names are behind and how many members were written; made when asked for.
    private sealed class Grid(Weaver weaver)
    {
        private readonly Dictionary<(int, int), Node> _nodes = [];

        public Node this[int names, int count] => _nodes.TryGetValue((names, count), out var node) ? node : _nodes[(names, count)] = weaver.Node();
    }
}
