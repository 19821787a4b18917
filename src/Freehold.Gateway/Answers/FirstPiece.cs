namespace Freehold.Gateway.Answers;

/// <summary>The wait for an answer's first piece: nothing is sent before it, so that a refusal still has its own status; unless that takes long.</summary>
internal static class FirstPiece
{
    /// <summary>How long a stream may be silent before its first piece until something without news keeps it open.</summary>
    public static readonly TimeSpan Patience = LongWait.Patience;

    /// <summary>Waits for it. An enumerator in motion cannot be disposed, so its move has ended when this has.</summary>
    /// <param name="pieces">The answer.</param>
    /// <param name="clock">Measures the silence.</param>
    /// <param name="keepAlive">Sends something without news, at each end of <see cref="Patience"/>.</param>
    /// <returns>Whether there is one.</returns>
    public static async ValueTask<bool> WaitAsync(IAsyncEnumerator<Piece> pieces, TimeProvider clock, Func<ValueTask> keepAlive) =>
        await LongWait.UntilAsync(pieces.MoveNextAsync().AsTask(), clock, keepAlive);
}
