namespace Freehold.Models.Templates;

/// <summary>What one rendering may use; a template that needs more fails with a <see cref="TemplateErrorException"/> that names the limit.</summary>
public sealed record TemplateLimits
{
    /// <summary>The limits used where none are given: room for a million-token conversation, an end within about a second for a hostile template.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>The longest template source, in UTF-16 code units.</summary>
    public int MaxSourceLength { get; init; } = 1 << 20;

    /// <summary>Units of work of one rendering: about one for an evaluated node, a copied list element or 16 copied characters.</summary>
    public long MaxSteps { get; init; } = 8_000_000;

    /// <summary>The longest string, and so the longest prompt, in UTF-16 code units.</summary>
    public int MaxTextLength { get; init; } = 16 << 20;

    /// <summary>The most elements of one list, tuple, dict or range (jinja2's own sandbox allows ranges of 100 000).</summary>
    public int MaxCollectionSize { get; init; } = 100_000;

    /// <summary>The deepest nesting of macro calls, recursive loops and data.</summary>
    public int MaxDepth { get; init; } = 200;
}
