namespace Freehold.Grammars;

/// <summary>
/// What stands around the constrained part of an answer: a model's thinking before it, the marks of a tool call. Where a mark is, up to two newlines or spaces may stand between
/// it and the constrained part.
/// </summary>
public sealed record Surroundings
{
    /// <summary>Free text comes first, up to and with the first occurrence of this: <c>&lt;/think&gt;</c>, <c>&lt;tool_call&gt;</c>. Null: there is none.</summary>
    public string? After { get; init; }

    /// <summary>Whether the answer may also be free text alone, in which <see cref="After"/> never comes.</summary>
    public bool IsOptional { get; init; }

    /// <summary>A text behind the constrained part; null for none.</summary>
    public string? Closing { get; init; }

    /// <summary>Whether, behind the constrained part, all of it may come again: several tool calls.</summary>
    public bool IsRepeated { get; init; }
}
