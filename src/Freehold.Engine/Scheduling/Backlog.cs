using Freehold.Engine.Sequences;

namespace Freehold.Engine.Scheduling;

/// <summary>What is here and has to be computed before the next request's turn, by priority. Written by the engine's thread and by those that let sequences in; read by any.</summary>
internal sealed class Backlog
{
    private readonly long[] _tokens = new long[2], _requests = new long[2];

    /// <summary>Tokens that are to be computed before a new request of this priority: of prompts, and of answers that gave up their pages.</summary>
    public long TokensAhead(RequestPriority priority) => Ahead(_tokens, priority);

    /// <summary>Requests that run or wait and go before a new one of this priority.</summary>
    public long RequestsAhead(RequestPriority priority) => Ahead(_requests, priority);

    /// <summary>A sequence comes in.</summary>
    public void Enter(Sequence sequence)
    {
        sequence.Owed = sequence.PromptLength;
        Interlocked.Add(ref _tokens[(int)sequence.Priority], sequence.Owed);
        Interlocked.Increment(ref _requests[(int)sequence.Priority]);
    }

    /// <summary>Engine: some of a sequence's rows were computed.</summary>
    public void Advance(Sequence sequence)
    {
        var owed = sequence.IsDecoding ? 0 : sequence.Uncomputed;
        Interlocked.Add(ref _tokens[(int)sequence.Priority], owed - sequence.Owed);
        sequence.Owed = owed;
    }

    /// <summary>Engine: a sequence is over.</summary>
    public void Leave(Sequence sequence)
    {
        Interlocked.Add(ref _tokens[(int)sequence.Priority], -sequence.Owed);
        Interlocked.Decrement(ref _requests[(int)sequence.Priority]);
        sequence.Owed = 0;
    }

    private static long Ahead(long[] counts, RequestPriority priority) =>
        Interlocked.Read(ref counts[(int)RequestPriority.Interactive]) + (priority == RequestPriority.Batch ? Interlocked.Read(ref counts[(int)RequestPriority.Batch]) : 0);
}
