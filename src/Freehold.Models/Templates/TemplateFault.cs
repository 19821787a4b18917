namespace Freehold.Models.Templates;

/// <summary>A failure inside parsing or rendering, before the line is known; <see cref="ChatTemplate"/> turns it into a <see cref="TemplateErrorException"/>.</summary>
internal sealed class TemplateFault(string message, int line = 0) : Exception(message)
{
    /// <summary>The line the fault belongs to, or 0 for the line being evaluated.</summary>
    public int Line { get; } = line;
}
