using Freehold.Models.Templates.ToolUse;
using Freehold.Models.Tokenizers;

namespace Freehold.Engine.Constraints;

/// <summary>How long an answer may think: behind so many tokens the thinking is closed for the model, which then goes on with its answer.</summary>
/// <param name="Tokens">The ceiling, at least 1.</param>
/// <param name="Format">How thinking is marked.</param>
/// <param name="StartsInside">Whether the prompt began it.</param>
public sealed record ThinkingCeiling(int Tokens, ReasoningFormat Format, bool StartsInside)
{
    /// <summary>What closes it, as tokens: a line break, the mark, and the blank line that templates write behind it.</summary>
    internal int[] Closing(Tokenizer tokenizer) => [.. tokenizer.Encode($"\n{Format.Closes}\n\n", parseSpecial: true, addSpecial: false)];
}
