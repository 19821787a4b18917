using System.Collections.Concurrent;
using Freehold.Engine.Lifecycle;

namespace Freehold.Engine.Tests.Lifecycle;

/// <summary>Gives up what it is asked for, unless a test says otherwise.</summary>
/// <param name="least">Bytes that it keeps.</param>
internal sealed class FakeSpare(long least) : ISpareMemory
{
    /// <summary>What it was asked to have, in order.</summary>
    public ConcurrentQueue<long> Asked { get; } = new();

    /// <summary>What it has after it was asked.</summary>
    public Func<long, Task<long>> Gives { get; set; } = Task.FromResult;

    public long Least => least;

    public Task<long> ResizeAsync(long keysAndValues)
    {
        var gives = Gives; // as it was when asked
        Asked.Enqueue(keysAndValues);
        return gives(keysAndValues);
    }
}
