namespace Freehold.Models.Templates.ToolUse;

/// <summary>How a family of models marks what it thinks before it answers.</summary>
/// <param name="Opens">What begins the reasoning; only the beginning of an answer can.</param>
/// <param name="Closes">What ends it.</param>
/// <param name="AnswerOpens">A tag around the answer that follows, to be taken away; empty where there is none.</param>
/// <param name="AnswerCloses">The tag that ends it.</param>
public sealed record ReasoningFormat(string Opens, string Closes, string AnswerOpens = "", string AnswerCloses = "")
{
    /// <summary>Every form that is known. The first whose closing tag a template writes or reads is its own.</summary>
    public static IReadOnlyList<ReasoningFormat> Known { get; } =
    [
        new("<think>", "</think>", "<response>", "</response>"),
        new("<think>", "</think>"),
        new("[THINK]", "[/THINK]"),
        new("<seed:think>", "</seed:think>"),
        new("<mm:think>", "</mm:think>"),
        new("<|START_THINKING|>", "<|END_THINKING|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>"),
        new("<|START_THINKING|>", "<|END_THINKING|>", "<|START_TEXT|>", "<|END_TEXT|>"),
        new("<|channel>thought", "<channel|>"),
        new("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]", "", "[END FINAL RESPONSE]"),
        new("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),
    ];

    /// <summary>
    /// Whether an answer to this prompt begins inside the reasoning: some templates write the opening tag themselves, and the model only closes it.
    /// </summary>
    public bool StartsInside(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return prompt.AsSpan().TrimEnd().EndsWith(Opens, StringComparison.Ordinal);
    }

    /// <summary>Tags that vocabularies often hold as control tokens and that must stay visible in the generated text.</summary>
    public IEnumerable<string> Markers => new[] { Opens, Closes, AnswerOpens, AnswerCloses }.Where(text => text.Length > 0);

    /// <summary>The form a template's source shows, or null where it shows none.</summary>
    internal static ReasoningFormat? Find(string source) => Known.FirstOrDefault(format =>
        source.Contains(format.Closes, StringComparison.Ordinal) && source.Contains(format.AnswerOpens, StringComparison.Ordinal)
        && source.Contains(format.AnswerCloses, StringComparison.Ordinal));
}
