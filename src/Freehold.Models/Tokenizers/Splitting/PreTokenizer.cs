using Freehold.Models.Tokenizers.Scalars;

namespace Freehold.Models.Tokenizers.Splitting;

/// <summary>
/// Cuts a text into the pieces inside which pairs merge. Stages follow one another: each cuts every piece of the one before into its
/// matches and what lies between them, and sees nothing beyond the piece.
/// </summary>
internal sealed class PreTokenizer(IReadOnlyList<ISplitStage> stages)
{
    /// <summary>Hands each piece to the sink, in order.</summary>
    public void Split(ReadOnlySpan<byte> text, SplitSession session, IPieceSink sink) => Split(text, 0, session, sink);

    private void Split(ReadOnlySpan<byte> text, int stage, SplitSession session, IPieceSink sink)
    {
        if (stage == stages.Count)
        {
            sink.Piece(text);
            return;
        }
        var gap = 0;
        for (var at = 0; at < text.Length;)
        {
            var end = stages[stage].MatchAt(text, at, session);
            if (end <= at)
            {
                at += Utf8Scalar.Length(text[at]);
                continue;
            }
            if (gap < at)
                Split(text[gap..at], stage + 1, session, sink);
            Split(text[at..end], stage + 1, session, sink);
            gap = at = end;
        }
        if (gap < text.Length)
            Split(text[gap..], stage + 1, session, sink);
    }
}

/// <summary>Takes pieces.</summary>
internal interface IPieceSink
{
    /// <summary>Takes the next piece.</summary>
    void Piece(ReadOnlySpan<byte> piece);
}

/// <summary>What one splitting run needs as working memory.</summary>
internal sealed class SplitSession
{
    /// <summary>The matcher's stack.</summary>
    public Stack<Pattern.Retry> Stack { get; } = new();

    /// <summary>Where the run of digits that was found last ends.</summary>
    public int DigitRunEnd { get; set; }

    /// <summary>Digits of that run that are not cut off yet.</summary>
    public int DigitsLeft { get; set; }
}

/// <summary>One stage of splitting.</summary>
internal interface ISplitStage
{
    /// <summary>Where a match that begins at <paramref name="at"/> ends, or -1.</summary>
    int MatchAt(ReadOnlySpan<byte> text, int at, SplitSession session);
}

/// <summary>Cuts by a pattern.</summary>
internal sealed class PatternStage(string pattern) : ISplitStage
{
    private readonly Pattern _pattern = new(pattern);

    /// <inheritdoc/>
    public int MatchAt(ReadOnlySpan<byte> text, int at, SplitSession session) => _pattern.MatchAt(text, at, session.Stack);
}
