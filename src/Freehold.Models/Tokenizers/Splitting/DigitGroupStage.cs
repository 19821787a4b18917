using Freehold.Models.Tokenizers.Scalars;

namespace Freehold.Models.Tokenizers.Splitting;

/// <summary>
/// Cuts runs of digits into threes counted from the right. As a pattern this is a look-ahead to the end of the run at every third digit,
/// which costs the square of the run's length; remembering the run's end costs its length once.
/// </summary>
/// <param name="digits">Mask of the categories that count as digits.</param>
/// <param name="wholeWord">Whether a run that a word character follows stays as it is.</param>
internal sealed class DigitGroupStage(uint digits, bool wholeWord) : ISplitStage
{
    private static readonly uint WordMask =
        CategoryNames.Mask("L").GetValueOrDefault() | CategoryNames.Mask("M").GetValueOrDefault() | CategoryNames.Mask("Nd").GetValueOrDefault()
        | CategoryNames.Mask("Nl").GetValueOrDefault() | CategoryNames.Mask("Pc").GetValueOrDefault();

    /// <inheritdoc/>
    public int MatchAt(ReadOnlySpan<byte> text, int at, SplitSession session)
    {
        if (at == 0 || at >= session.DigitRunEnd)
            FindRun(text, at, session);
        if (session.DigitsLeft == 0)
            return -1;
        var take = session.DigitsLeft % 3 == 0 ? 3 : session.DigitsLeft % 3;
        session.DigitsLeft -= take;
        for (; take > 0; take--)
            at += Utf8Scalar.Length(text[at]);
        return at;
    }

    private void FindRun(ReadOnlySpan<byte> text, int at, SplitSession session)
    {
        session.DigitsLeft = 0;
        while (at < text.Length && (ScalarProperties.Mask(Utf8Scalar.Decode(text, at, out var length)) & digits) != 0)
        {
            session.DigitsLeft++;
            at += length;
        }
        session.DigitRunEnd = at;
        if (wholeWord && at < text.Length && (ScalarProperties.Mask(Utf8Scalar.Decode(text, at, out _)) & WordMask) != 0)
            session.DigitsLeft = 0;
    }
}
