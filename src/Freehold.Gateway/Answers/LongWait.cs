namespace Freehold.Gateway.Answers;

/// <summary>Waits that may be long, while something without news keeps a stream open: an SSE comment would not reset the idle timers of some clients.</summary>
internal static class LongWait
{
    /// <summary>How long a stream may be silent.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Waits for something.</summary>
    /// <param name="awaited">What is waited for. It has ended when this has, however this ends.</param>
    /// <param name="clock">Measures the silence.</param>
    /// <param name="noNews">Sends something without news, at each end of <see cref="Patience"/>.</param>
    public static async Task<T> UntilAsync<T>(Task<T> awaited, TimeProvider clock, Func<ValueTask> noNews)
    {
        while (true)
        {
            try
            {
                return await awaited.WaitAsync(Patience, clock, CancellationToken.None);
            }
            catch (TimeoutException)
            {
                if (awaited.IsCompleted)
                    return await awaited; // it came while its time ran out; or the timeout is its own
                try
                {
                    await noNews();
                }
                catch
                {
                    await ((Task)awaited).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw;
                }
            }
        }
    }
}
