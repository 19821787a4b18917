using System.Text.Json;
using Freehold.Grammars;

namespace Freehold.Engine.Constraints;

/// <summary>What an answer must look like; docs/structured-output.md. One of the kinds is made with the methods below.</summary>
public sealed record Constraint
{
    private Constraint(ConstraintKind kind, string source, bool isStrict) => (Kind, Source, IsStrict) = (kind, source, isStrict);

    /// <summary>What kind it is.</summary>
    public ConstraintKind Kind { get; }

    /// <summary>The schema, pattern or grammar.</summary>
    public string Source { get; }

    /// <summary>Whether assertions that can't be enforced are refused; otherwise they are left out and listed.</summary>
    public bool IsStrict { get; }

    /// <summary>
    /// Whether the answer is finished by the shortest ending when its tokens run out. True for answers that must be whole; false for arguments of tools, which would be executed.
    /// </summary>
    public bool ReservesEnding { get; init; } = true;

    /// <summary>What stands around the constrained part: a model's thinking, the marks of a tool call; null: nothing.</summary>
    public Surroundings? Around { get; init; }

    /// <summary>The calls of tools, where it is of that kind.</summary>
    public CallGrammar? Calls { get; private init; }

    /// <summary>Of calls: what an answer that calls nothing must look like, with its ending reserved; null: free text.</summary>
    public Constraint? Text { get; private init; }

    /// <summary>The same as the form of a text.</summary>
    internal TextForm Form => new(Kind switch
    {
        ConstraintKind.JsonObject => TextFormKind.JsonObject,
        ConstraintKind.JsonSchema => TextFormKind.JsonSchema,
        ConstraintKind.Regex => TextFormKind.Regex,
        ConstraintKind.Gbnf => TextFormKind.Gbnf,
        _ => throw new InvalidOperationException("calls are no text"),
    }, Source, IsStrict);

    /// <summary>Any JSON object.</summary>
    public static Constraint JsonObject { get; } = new(ConstraintKind.JsonObject, "", true);

    /// <summary>The values that satisfy a JSON Schema (draft 2020-12).</summary>
    public static Constraint JsonSchema(JsonElement schema, bool isStrict = true) => new(ConstraintKind.JsonSchema, schema.GetRawText(), isStrict);

    /// <summary>Answers that call tools. No ending is reserved for calls: one that is cut must not look whole.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="text">What <see cref="CallGrammar.Text"/> says, as a constraint; null where that is null.</param>
    public static Constraint ToolCalls(CallGrammar calls, Constraint? text = null) => new(ConstraintKind.ToolCalls, "", false) { Calls = calls, Text = text, ReservesEnding = false };

    /// <summary>Texts that a regular expression (ECMA-262) matches whole.</summary>
    public static Constraint Regex(string pattern) => new(ConstraintKind.Regex, pattern, true);

    /// <summary>Texts of a grammar in GBNF, from its rule <c>root</c>.</summary>
    public static Constraint Gbnf(string grammar) => new(ConstraintKind.Gbnf, grammar, true);
}

/// <summary>What a constraint is written in.</summary>
public enum ConstraintKind
{
    /// <summary>Any JSON object.</summary>
    JsonObject,
    /// <summary>JSON Schema.</summary>
    JsonSchema,
    /// <summary>A regular expression.</summary>
    Regex,
    /// <summary>llama.cpp's grammar format.</summary>
    Gbnf,
    /// <summary>Calls of tools, free text before them.</summary>
    ToolCalls,
}
