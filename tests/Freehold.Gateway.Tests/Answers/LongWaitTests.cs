using Freehold.Gateway.Answers;

namespace Freehold.Gateway.Tests.Answers;

public sealed class LongWaitTests
{
    [Fact]
    public async Task What_comes_while_its_time_runs_out_has_come()
    {
        var queue = new Queue<(SendOrPostCallback Call, object? State)>();
        var (before, clock, awaited) = (SynchronizationContext.Current, new HandClock(), new TaskCompletionSource<int>());
        Task<int> waiting;
        SynchronizationContext.SetSynchronizationContext(new QueueContext(queue));
        try
        {
            waiting = LongWait.UntilAsync(awaited.Task, clock, () => throw new InvalidOperationException("it was no longer waited for"));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
        clock.RunOut();
        awaited.SetResult(7);
        while (queue.TryDequeue(out var next))
            next.Call(next.State);
        Assert.Equal(7, await waiting);
    }

    [Fact]
    public async Task A_timeout_of_what_is_waited_for_is_its_own()
    {
        var failing = Task.FromException<int>(new TimeoutException("the disk"));
        Assert.Equal("the disk", (await Assert.ThrowsAsync<TimeoutException>(() => LongWait.UntilAsync(failing, TimeProvider.System, () => ValueTask.CompletedTask))).Message);
    }

    // What is posted waits until the test takes it: so the order of a race is the test's choice.
    private sealed class QueueContext(Queue<(SendOrPostCallback, object?)> queue) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => queue.Enqueue((d, state));
    }

    private sealed class HandClock : TimeProvider
    {
        private Action? _runOut;

        public void RunOut() => _runOut!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _runOut = () => callback(state);
            return new Still();
        }

        private sealed class Still : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
