using System.Text.Json;
using Freehold.Engine.Refusals;
using Freehold.Engine.Text;
using Freehold.Grammars;
using Freehold.Grammars.Tokens;

namespace Freehold.Engine.Constraints;

/// <summary>The compiled constraints of a model; the last used ones are kept. Many threads may use it at once; each compiles on its own time.</summary>
internal sealed class ConstraintBook(TokenTexts texts, int vocabulary, IReadOnlySet<int> endOfGeneration)
{
    private const int MaxKept = 16;

    // A vocabulary takes a moment and some megabytes: not before the first constraint.
    private readonly Lazy<GrammarCompiler> _compiler = new(() =>
        new GrammarCompiler(new Vocabulary(Enumerable.Range(0, vocabulary).Select(id => texts.Memory(id)), endOfGeneration)));

    private readonly Lock _lock = new();
    private readonly LinkedList<(Constraint Key, CompiledGrammar Grammar)> _kept = [];

    /// <summary>The grammar of a constraint.</summary>
    /// <exception cref="RequestRefusedException">It can't be enforced; the message says what of it, and why.</exception>
    public CompiledGrammar Compile(Constraint constraint)
    {
        var key = constraint with { ReservesEnding = true };
        if (Find(key) is { } known)
            return known;
        try
        {
            return Keep(key, Make(key));
        }
        catch (JsonException error)
        {
            throw new RequestRefusedException(RefusalCodes.InvalidConstraint, $"the schema is refused: {error.Message}", Parameter(constraint.Kind)) { Data = { ["pointer"] = "" } };
        }
        catch (GrammarRefusedException refused)
        {
            var code = refused.Kind switch
            {
                GrammarRefusal.Invalid => RefusalCodes.InvalidConstraint,
                GrammarRefusal.Limit => RefusalCodes.ConstraintTooLarge,
                GrammarRefusal.Unsatisfiable => RefusalCodes.UnsatisfiableConstraint,
                _ => RefusalCodes.UnsupportedConstraint,
            };
            throw new RequestRefusedException(code, $"the {Name(constraint.Kind)} is refused: {refused.Message}", Parameter(constraint.Kind)) { Data = { ["pointer"] = refused.Pointer } };
        }
    }

    /// <summary>The parameter that a constraint of this kind comes in.</summary>
    public static string Parameter(ConstraintKind kind) => kind switch
    {
        ConstraintKind.Regex => "regex",
        ConstraintKind.Gbnf => "grammar",
        ConstraintKind.ToolCalls => "tools",
        _ => "response_format",
    };

    private static string Name(ConstraintKind kind) => kind switch
    {
        ConstraintKind.Regex => "pattern",
        ConstraintKind.Gbnf => "grammar",
        _ => "schema",
    };

    private CompiledGrammar Make(Constraint constraint)
    {
        var compiler = _compiler.Value;
        switch (constraint.Kind)
        {
            case ConstraintKind.JsonObject:
                return compiler.JsonObject(constraint.Around);
            case ConstraintKind.Regex:
                return compiler.Regex(constraint.Source, constraint.Around);
            case ConstraintKind.Gbnf:
                return compiler.Gbnf(constraint.Source, constraint.Around);
            case ConstraintKind.ToolCalls:
                return compiler.Calls(constraint.Calls!);
            default:
                using (var schema = JsonDocument.Parse(constraint.Source, new JsonDocumentOptions { MaxDepth = 128 }))
                    return compiler.JsonSchema(schema.RootElement, constraint.IsStrict, constraint.Around);
        }
    }

    private CompiledGrammar? Find(Constraint key)
    {
        lock (_lock)
        {
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Key != key)
                    continue;
                _kept.Remove(node);
                _kept.AddFirst(node);
                return node.Value.Grammar;
            }
            return null;
        }
    }

    private CompiledGrammar Keep(Constraint key, CompiledGrammar grammar)
    {
        lock (_lock)
        {
            _kept.AddFirst((key, grammar));
            if (_kept.Count > MaxKept)
                _kept.RemoveLast();
            return grammar;
        }
    }
}
