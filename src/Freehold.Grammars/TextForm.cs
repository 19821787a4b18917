namespace Freehold.Grammars;

/// <summary>What a text must look like.</summary>
/// <param name="Kind">What <paramref name="Source"/> is written in.</param>
/// <param name="Source">The schema, pattern or grammar; empty for any JSON object.</param>
/// <param name="IsStrict">Of a schema: whether what can't be enforced is refused; otherwise it is left out and listed as <c>#pointer</c>.</param>
public sealed record TextForm(TextFormKind Kind, string Source, bool IsStrict);

/// <summary>What a <see cref="TextForm"/> is written in.</summary>
public enum TextFormKind
{
    /// <summary>Any JSON object.</summary>
    JsonObject,
    /// <summary>JSON Schema, draft 2020-12.</summary>
    JsonSchema,
    /// <summary>A regular expression (ECMA-262).</summary>
    Regex,
    /// <summary>llama.cpp's grammar format.</summary>
    Gbnf,
}
