using System.Text.Json;
using Freehold.Grammars.Automata;
using Freehold.Grammars.Json;
using Freehold.Grammars.Numbers;
using Freehold.Grammars.Text;

namespace Freehold.Grammars.Schemas;

/// <summary>
/// Weaves a schema. Each set of subschemas that must hold together becomes a rule of its own, made once: so recursion becomes recursion, and sharing stays sharing. A choice
/// (anyOf, oneOf) becomes one rule for each of its ways, together with whatever stands beside it.
/// </summary>
internal sealed class SchemaCompiler
{
    private static readonly SchemaPart s_object = new("#object", JsonElement.Parse("""{"type":"object"}"""));

    private readonly SchemaDocument _document;
    private readonly Weaver _weaver;
    private readonly JsonRules _json;
    private readonly GrammarLimits _limits;
    private readonly Dictionary<string, Rule> _rules = [];
    private readonly Queue<(Conjunction, Rule)> _open = new();
    private readonly SchemaRefusals _refusals;
    private readonly SchemaLoops _loops;
    private readonly SchemaStrings _strings;
    private readonly SchemaValidator _validator;
    private readonly SchemaDisjointness _disjointness;

    /// <summary>For a document.</summary>
    public SchemaCompiler(JsonElement schema, Weaver weaver, JsonRules json, KnownPatterns patterns, GrammarLimits limits, bool isStrict)
    {
        (_document, _weaver, _json, _limits) = (new SchemaDocument(schema), weaver, json, limits);
        _loops = new SchemaLoops(_document);
        _refusals = new SchemaRefusals(isStrict);
        _strings = new SchemaStrings(_refusals, patterns, limits);
        _validator = new SchemaValidator(_document, _strings);
        _disjointness = new SchemaDisjointness(_document, _validator, _strings, _refusals);
    }

    /// <summary>Whether objects whose properties are named are written without others, unless the schema speaks of others.</summary>
    public bool WritesNamedOnly { get; init; }

    /// <summary>Pointers to what is not enforced.</summary>
    public IReadOnlyList<string> Unenforced => _refusals.Unenforced;

    /// <summary>The rule of the whole.</summary>
    /// <param name="isObject">Whether it must be an object, whatever the schema allows besides.</param>
    public Rule Compile(bool isObject = false)
    {
        var root = Rule(isObject ? [_document.Root, s_object] : [_document.Root]);
        while (_open.TryDequeue(out var next))
            Weave(next.Item1, next.Item2);
        return root;
    }

    /// <summary>The rule of schemas that must hold together.</summary>
    public Rule Rule(IEnumerable<SchemaPart> parts)
    {
        SchemaPart[] all = [.. parts];
        foreach (var part in all)
            _loops.Check(part);
        var schema = Conjunction.Of(_document, all);
        if (!schema.IsNever && schema.Parts.Count == 0)
            return _json.Value;
        if (_rules.TryGetValue(schema.Key, out var known))
            return known;
        if (_rules.Count == _limits.MaxRules)
            throw GrammarRefusedException.Limit("", $"the schema's choices and combinations make more than {_limits.MaxRules:N0} different ones; use fewer anyOf, oneOf and allOf inside each other");
        var rule = _rules[schema.Key] = _weaver.Rule(schema.Key);
        _open.Enqueue((schema, rule));
        return rule;
    }

    private void Weave(Conjunction schema, Rule rule)
    {
        if (schema.IsNever)
            return;
        foreach (var part in schema.Parts)
            _refusals.Check(part);
        var end = _weaver.End();
        if (schema.Parts.Any(part => part.TryGet("enum", out _) || part.TryGet("const", out _)))
        {
            JsonValues.Weave(_weaver, _json, rule.Start, end, SchemaValues.Of(schema).Where(value => _validator.IsValid(value, schema)));
            return;
        }
        if (Choose(schema, rule.Start, end))
            return;
        var types = schema.Types();
        if (types.HasFlag(SchemaTypes.Null))
            Weaver.Skip(_weaver.Literal(rule.Start, "null"u8), end);
        if (types.HasFlag(SchemaTypes.Boolean))
        {
            Weaver.Skip(_weaver.Literal(rule.Start, "true"u8), end);
            Weaver.Skip(_weaver.Literal(rule.Start, "false"u8), end);
        }
        if ((types & SchemaTypes.Number) != 0)
            WeaveNumbers(schema, rule.Start, end, isInteger: !types.HasFlag(SchemaTypes.Fraction));
        if (types.HasFlag(SchemaTypes.String))
            _weaver.Call(rule.Start, _strings.Rule(_weaver, _json, schema), end);
        if (types.HasFlag(SchemaTypes.Array))
            new SchemaArrays(this, _refusals, _weaver, _json).Weave(schema, rule.Start, end);
        if (types.HasFlag(SchemaTypes.Object))
            new SchemaObjects(this, _refusals, _strings, _validator, _document, _weaver, _json, _limits).Weave(schema, rule.Start, end);
    }

    private bool Choose(Conjunction schema, Node start, Node end)
    {
        for (var i = 0; i < schema.Parts.Count; i++)
        {
            var part = schema.Parts[i];
            var isAny = !part.IsAnyOfTaken && part.TryGet("anyOf", out _);
            if (!isAny && (part.IsOneOfTaken || !part.TryGet("oneOf", out _)))
                continue;
            SchemaPart[] rest = [.. schema.Parts];
            rest[i] = isAny ? part with { IsAnyOfTaken = true } : part with { IsOneOfTaken = true };
            var options = part.List(isAny ? "anyOf" : "oneOf").ToArray();
            if (!isAny)
                _disjointness.Demand(part, rest, options);
            foreach (var option in options)
                _weaver.Call(start, Rule([.. rest, option]), end);
            return true;
        }
        return false;
    }

    private void WeaveNumbers(Conjunction schema, Node start, Node end, bool isInteger)
    {
        var range = SchemaNumbers.Range(schema, isInteger, _refusals);
        try
        {
            if (range.IsFree)
                _weaver.Call(start, isInteger ? _json.Integer : _json.Number, end);
            else
                Weaver.Skip(NumberWeaver.Of(_weaver, start, range), end);
        }
        catch (NotSupportedException error)
        {
            _refusals.Refuse(schema.Each("multipleOf").Select(part => part.At("multipleOf")).FirstOrDefault(schema.Parts[0].Pointer), error.Message);
            _weaver.Call(start, isInteger ? _json.Integer : _json.Number, end);
        }
    }
}
