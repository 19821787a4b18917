namespace Freehold.Engine.Speculation;

/// <summary>
/// Guesses how an answer goes on from what stands in the prompt and the answer already: where its last few tokens occurred before, the tokens after
/// them (prompt lookup decoding, Saxena 2023; "n-gram" in other engines). Wherever text is copied, quoted or edited, most guesses are right.
/// </summary>
internal static class PromptLookup
{
    // Fewer tokens than this occur again by chance.
    private const int Shortest = 2, Longest = 8;

    /// <summary>Writes the guessed tokens; returns how many, 0 where nothing like the end occurred before.</summary>
    /// <param name="tokens">Prompt and answer so far.</param>
    /// <param name="draft">Takes as many guesses as it has room for.</param>
    public static int Guess(ReadOnlySpan<int> tokens, Span<int> draft)
    {
        for (var length = Math.Min(Longest, tokens.Length - 1); length >= Shortest && draft.Length > 0; length--)
        {
            // The latest occurrence before the end itself: what was written last goes on most alike.
            var at = tokens[..^1].LastIndexOf(tokens[^length..]);
            if (at < 0)
                continue;
            var next = tokens[(at + length)..];
            var count = Math.Min(next.Length, draft.Length);
            next[..count].CopyTo(draft);
            return count;
        }
        return 0;
    }
}
