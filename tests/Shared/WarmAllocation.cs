namespace Freehold.Tests;

/// <summary>What code allocates that has run before.</summary>
internal static class WarmAllocation
{
    /// <summary>How often it is tried at most.</summary>
    public const int Rounds = 20;

    /// <summary>
    /// Bytes that the calling thread allocates in a round: the least of <see cref="Rounds"/>. Who first comes to code that another thread ran until then, or whose tier changes, allocates
    /// once what the runtime keeps of it; what a call itself allocates, it allocates in every round.
    /// </summary>
    public static long Of(Action round)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Rounds && least > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
