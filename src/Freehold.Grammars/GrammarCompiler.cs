using System.Text.Json;
using Freehold.Grammars.Automata;
using Freehold.Grammars.Gbnf;
using Freehold.Grammars.Json;
using Freehold.Grammars.Matching;
using Freehold.Grammars.Schemas;
using Freehold.Grammars.Text;
using Freehold.Grammars.Tokens;

namespace Freehold.Grammars;

/// <summary>
/// Makes grammars for a vocabulary: of JSON Schema, of regular expressions, of GBNF. What they all share is made once, with the compiler. Many threads may use it at once.
/// </summary>
public sealed class GrammarCompiler
{
    private readonly Vocabulary _vocabulary;
    private readonly GrammarLimits _limits;
    private readonly Weaver _shared;
    private readonly JsonRules _json;
    private readonly CharacterMask _characters;
    private readonly KnownPatterns _patterns;

    /// <summary>Prepares for a vocabulary.</summary>
    /// <exception cref="GrammarRefusedException">The vocabulary can't spell JSON byte by byte.</exception>
    public GrammarCompiler(Vocabulary vocabulary, GrammarLimits? limits = null)
    {
        (_vocabulary, _limits) = (vocabulary, limits ?? new GrammarLimits());
        _patterns = new KnownPatterns(_limits);
        _shared = new Weaver(100_000);
        _json = new JsonRules(_shared);
        // The inside of a string is a node of its own in each string's rule; one stands for all of them.
        var loop = _shared.Nodes.First(node => node.Loop is { IsCharacters: true });
        Distances.Set(_shared.Nodes, vocabulary.Spellable);
        if (_json.Object.Start.Distance == Node.Unreachable || _json.String.Start.Distance == Node.Unreachable)
            throw GrammarRefusedException.Unenforceable("", "this model's vocabulary has no tokens for the single bytes of JSON's punctuation; its answers can't be constrained");
        _characters = new CharacterMask(new Machine(_json.String, new ByteClasses(_shared.Nodes), _limits), loop, vocabulary.Trie, new TokenSet(vocabulary.Count));
    }

    /// <summary>Any JSON object.</summary>
    public CompiledGrammar JsonObject(Surroundings? around = null) => Finish(new Weaver(_limits.MaxNodes), _json.Object, around);

    /// <summary>The JSON values that satisfy a schema (draft 2020-12; docs/structured-output.md).</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="isStrict">Whether what can't be enforced is refused; otherwise it is left out and listed in <see cref="CompiledGrammar.Unenforced"/>.</param>
    /// <param name="around">What stands around the value.</param>
    /// <exception cref="GrammarRefusedException">It is malformed, unsatisfiable, beyond the limits, or (strict) not enforceable.</exception>
    public CompiledGrammar JsonSchema(JsonElement schema, bool isStrict = true, Surroundings? around = null)
    {
        CheckLength(schema.GetRawText());
        var weaver = new Weaver(_limits.MaxNodes);
        try
        {
            var compiler = new SchemaCompiler(schema, weaver, _json, _patterns, _limits, isStrict);
            return Finish(weaver, compiler.Compile(), around, compiler.Unenforced);
        }
        catch (InvalidOperationException error)
        {
            // An element was asked for a kind of value that it isn't, or for a string with half of a surrogate pair.
            throw GrammarRefusedException.Invalid("", $"the schema has a value of an unexpected kind: {error.Message}");
        }
        catch (NotSupportedException error)
        {
            throw GrammarRefusedException.Limit("", error.Message);
        }
    }

    /// <summary>Texts that a regular expression (ECMA-262) matches whole.</summary>
    /// <exception cref="GrammarRefusedException">It is malformed, not regular, or beyond the limits.</exception>
    public CompiledGrammar Regex(string pattern, Surroundings? around = null)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        CheckLength(pattern);
        var weaver = new Weaver(_limits.MaxNodes);
        try
        {
            return Finish(weaver, DfaWeaver.Plain(weaver, _patterns.Of(pattern, isSearch: false), "pattern"), around);
        }
        catch (FormatException error)
        {
            throw GrammarRefusedException.Invalid("", $"the pattern is malformed: {error.Message}");
        }
        catch (NotSupportedException error)
        {
            throw GrammarRefusedException.Unenforceable("", $"the pattern can't be enforced: {error.Message}");
        }
    }

    /// <summary>Texts of a grammar in llama.cpp's GBNF, from its rule <c>root</c>.</summary>
    /// <exception cref="GrammarRefusedException">It is malformed, left-recursive, or beyond the limits.</exception>
    public CompiledGrammar Gbnf(string grammar, Surroundings? around = null)
    {
        ArgumentNullException.ThrowIfNull(grammar);
        CheckLength(grammar);
        var weaver = new Weaver(_limits.MaxNodes);
        try
        {
            return Finish(weaver, new GbnfReader(grammar, weaver).Read(), around);
        }
        catch (FormatException error)
        {
            throw GrammarRefusedException.Invalid("", $"the grammar is malformed: {error.Message}");
        }
    }

    /// <summary>Answers that call tools.</summary>
    /// <exception cref="GrammarRefusedException">A tool's schema is malformed, unsatisfiable, beyond the limits, or (strict) not enforceable; the pointer begins with the tool's name and #.</exception>
    public CompiledGrammar Calls(CallGrammar calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var (weaver, arguments, unenforced) = (new Weaver(_limits.MaxNodes), new List<Rule>(), new List<string>());
        foreach (var call in calls.Calls)
        {
            try
            {
                CheckLength(call.Schema.GetRawText());
                var compiler = new SchemaCompiler(call.Schema, weaver, _json, _patterns, _limits, call.IsStrict) { WritesNamedOnly = true };
                arguments.Add(compiler.Compile(isObject: true));
                unenforced.AddRange(compiler.Unenforced.Select(pointer => $"{call.Tool}#{pointer}"));
            }
            catch (GrammarRefusedException refused)
            {
                throw refused.Of(call.Tool);
            }
        }
        var text = calls is { Text: { } form, IsForced: false } ? RuleOf(form, weaver, unenforced) : null;
        return Finish(weaver, CallWeaver.Weave(weaver, calls, arguments, text), null, unenforced);
    }

    private Rule RuleOf(TextForm form, Weaver weaver, List<string> unenforced)
    {
        CheckLength(form.Source);
        try
        {
            switch (form.Kind)
            {
                case TextFormKind.JsonObject:
                    return _json.Object;
                case TextFormKind.Regex:
                    return DfaWeaver.Plain(weaver, _patterns.Of(form.Source, isSearch: false), "pattern");
                case TextFormKind.Gbnf:
                    return new GbnfReader(form.Source, weaver).Read();
                default:
                    using (var schema = JsonDocument.Parse(form.Source, new JsonDocumentOptions { MaxDepth = 128 }))
                    {
                        var compiler = new SchemaCompiler(schema.RootElement, weaver, _json, _patterns, _limits, form.IsStrict);
                        var rule = compiler.Compile();
                        unenforced.AddRange(compiler.Unenforced.Select(pointer => "#" + pointer));
                        return rule;
                    }
            }
        }
        catch (FormatException error)
        {
            throw GrammarRefusedException.Invalid("", $"the {form.Kind switch { TextFormKind.Regex => "pattern", _ => "grammar" }} is malformed: {error.Message}");
        }
        catch (NotSupportedException error)
        {
            throw GrammarRefusedException.Unenforceable("", $"the text's form can't be enforced: {error.Message}");
        }
    }

    private void CheckLength(string source)
    {
        if (source.Length > _limits.MaxSourceLength)
            throw GrammarRefusedException.Limit("", $"it has {source.Length:N0} characters; at most {_limits.MaxSourceLength:N0} are possible");
    }

    private CompiledGrammar Finish(Weaver weaver, Rule root, Surroundings? around, IReadOnlyList<string>? unenforced = null)
    {
        if (around is not null)
            root = SurroundingsWeaver.Weave(weaver, root, around);
        Distances.Set(weaver.Nodes, _vocabulary.Spellable);
        return new CompiledGrammar(root, new ByteClasses(_shared.Nodes, weaver.Nodes), _vocabulary, _characters, unenforced ?? [], _limits);
    }
}
