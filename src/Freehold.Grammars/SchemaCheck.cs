using System.Text.Json;
using Freehold.Grammars.Schemas;
using Freehold.Grammars.Text;

namespace Freehold.Grammars;

/// <summary>
/// Checks finished values against a schema (draft 2020-12), those assertions included that can't be enforced while a value is written; for the arguments of tools that
/// aren't strict. Many threads may use it at once.
/// </summary>
public sealed class SchemaCheck
{
    private static readonly string[] _unknown = ["unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef"];
    private readonly Lock _lock = new();
    private readonly SchemaDocument _document;
    private readonly SchemaValidator _validator;
    private readonly SchemaRefusals _refusals = new(isStrict: false);

    /// <summary>For a schema, which is copied.</summary>
    public SchemaCheck(JsonElement schema)
    {
        var limits = new GrammarLimits();
        _document = new SchemaDocument(schema.Clone());
        _validator = new SchemaValidator(_document, new SchemaStrings(_refusals, new KnownPatterns(limits), limits), NoteUnknown);
    }

    /// <summary>JSON pointers to assertions met so far that aren't checked: unknown formats, patterns that aren't regular, unevaluated properties and items.</summary>
    public IReadOnlyList<string> Unchecked
    {
        get
        {
            lock (_lock)
                return [.. _refusals.Unenforced];
        }
    }

    /// <summary>Whether a value satisfies the schema, as far as it is checked.</summary>
    /// <exception cref="GrammarRefusedException">The schema is malformed.</exception>
    public bool Holds(JsonElement value)
    {
        try
        {
            lock (_lock)
                return _validator.Holds(value, _document.Root);
        }
        catch (Exception error) when (error is InvalidOperationException or NotSupportedException)
        {
            throw GrammarRefusedException.Invalid("", $"the schema has a value of an unexpected kind: {error.Message}");
        }
    }

    private void NoteUnknown(SchemaPart part)
    {
        foreach (var keyword in _unknown)
            if (part.TryGet(keyword, out _))
                _refusals.Refuse(part.At(keyword), "it isn't checked");
    }
}
