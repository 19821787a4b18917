namespace Freehold.Engine.Speculation;

/// <summary>
/// Guesses how an answer goes on from what the requester expects it to be: a file with a few changes, say. It follows the answer along the prediction; where they part it looks for the
/// place where the answer's last tokens occur in it again, ahead of the last place first. It sees tokens only, so a request is computed in the same steps each time.
/// </summary>
internal sealed class PredictedText(int[] prediction)
{
    // Fewer tokens than this occur again by chance.
    private const int Shortest = 2, Longest = 8;

    private int _next, _seen;
    private bool _follows = true;

    /// <summary>Writes the guessed tokens; returns how many, 0 where the answer is not in the prediction.</summary>
    /// <param name="answer">The answer so far.</param>
    /// <param name="draft">Takes as many guesses as it has room for.</param>
    public int Guess(ReadOnlySpan<int> answer, Span<int> draft)
    {
        for (; _seen < answer.Length; _seen++)
        {
            _follows = _follows && _next < prediction.Length && prediction[_next] == answer[_seen];
            if (_follows)
                _next++;
        }
        if (!_follows && !Find(answer))
            return 0;
        var count = Math.Min(prediction.Length - _next, draft.Length);
        prediction.AsSpan(_next, count).CopyTo(draft);
        return count;
    }

    private bool Find(ReadOnlySpan<int> answer)
    {
        for (var length = Math.Min(Longest, answer.Length); length >= Shortest; length--)
        {
            var end = answer[^length..];
            var at = prediction.AsSpan(_next).IndexOf(end);
            at = at >= 0 ? at + _next : prediction.AsSpan().IndexOf(end);
            if (at < 0)
                continue;
            (_next, _follows) = (at + length, true);
            return true;
        }
        return false;
    }
}
