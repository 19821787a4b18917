namespace Freehold.Gateway.Answers;

/// <summary>The wait for an answer's first piece: nothing is sent before it, so that a refusal still has its own status; unless that takes long.</summary>
internal static class FirstPiece
{
    /// <summary>How long a stream may be silent before its first piece until something without news keeps it open.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Waits for it.</summary>
    /// <param name="pieces">The answer.</param>
    /// <param name="clock">Measures the silence.</param>
    /// <param name="keepAlive">Sends something without news, at each end of <see cref="Patience"/>.</param>
    /// <returns>Whether there is one.</returns>
    public static async ValueTask<bool> WaitAsync(IAsyncEnumerator<Piece> pieces, TimeProvider clock, Func<ValueTask> keepAlive)
    {
        var first = pieces.MoveNextAsync().AsTask();
        while (true)
        {
            try
            {
                return await first.WaitAsync(Patience, clock, CancellationToken.None);
            }
            catch (TimeoutException) when (!first.IsCompleted)
            {
                try
                {
                    await keepAlive();
                }
                catch
                {
                    await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // an enumerator in motion cannot be disposed
                    throw;
                }
            }
        }
    }
}
