namespace Freehold.Planning;

/// <summary>What a user asks for, again and again.</summary>
/// <param name="Prompt">Tokens of a prompt that are not cached.</param>
/// <param name="Answer">Tokens of an answer.</param>
internal sealed record Conversation(int Prompt, int Answer)
{
    /// <summary>256 and 256; less where the context is shorter.</summary>
    public static Conversation UsualIn(int context) => new(Math.Clamp(context / 2, 1, 256), Math.Clamp(context / 2, 1, 256));
}

/// <summary>How many users get their tokens at a rate, all of them answered at the same time.</summary>
/// <param name="Rate">Tokens a second each.</param>
/// <param name="Count">Users.</param>
/// <param name="Limit">What keeps it from being one more: speed, memory, or the rows of a step.</param>
internal sealed record Users(double Rate, int Count, string Limit)
{
    // A step has as many rows as the model was loaded for (LoadOptions.MaxRows).
    private const int MostRows = 512;

    /// <summary>
    /// Counts. In a second each user is to get Rate tokens, so Rate steps are taken; and as one answer in Answer tokens ends, its successor's prompt is read
    /// meanwhile. Both together must fit a second.
    /// </summary>
    /// <param name="rate">Tokens a second each.</param>
    /// <param name="speed">The prediction.</param>
    /// <param name="conversation">What each asks for.</param>
    /// <param name="kvBytes">Memory for keys and values.</param>
    /// <param name="pageBytes">Bytes of a page.</param>
    /// <param name="pageTokens">Positions of a page.</param>
    public static Users At(double rate, SpeedModel speed, Conversation conversation, long kvBytes, long pageBytes, int pageTokens)
    {
        var pages = (conversation.Prompt + conversation.Answer + pageTokens - 1) / pageTokens;
        var inMemory = (int)Math.Min(MostRows, kvBytes / (pageBytes * pages));
        var positions = conversation.Prompt + conversation.Answer / 2.0;
        double Busy(int users) =>
            rate * speed.StepSeconds(users, positions) + users * rate / conversation.Answer * conversation.Prompt / speed.PrefillTokensPerSecond;
        var count = 0;
        while (count < inMemory && Busy(count + 1) <= 1)
            count++;
        return new Users(rate, count, count < inMemory ? "speed" : inMemory < MostRows ? "memory" : "rows of a step");
    }
}
