using Freehold.Kernels.Threads;
using Freehold.Tests;
using Xunit;

namespace Freehold.Kernels.Tests.Threads;

public class TurnGateTests
{
    [Fact]
    public void Who_has_just_had_a_turn_stands_behind_all_who_wait()
    {
        var gate = new TurnGate();
        var order = new List<string>();
        var threads = new List<Thread>();
        using (gate.Take())
        {
            foreach (var name in new[] { "a", "b", "c" })
            {
                var waiting = new ManualResetEventSlim();
                var thread = new Thread(() =>
                {
                    waiting.Set();
                    for (var turn = 0; turn < 2; turn++)
                        using (gate.Take())
                            lock (order)
                                order.Add(name);
                });
                thread.Start();
                threads.Add(thread);
                waiting.Wait(TestContext.Current.CancellationToken);
                // It has said so and waits, or is about to: the next one starts only then.
                Assert.True(SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(30)), "the thread does not wait for its turn");
            }
        }
        foreach (var thread in threads)
            Assert.True(thread.Join(TimeSpan.FromSeconds(30)), "a thread never got its turns");
        // First turns come in the order asked. Second turns come after the first of all who were waiting.
        Assert.Equal(["a", "b", "c"], order.Take(3));
        Assert.Equal(["a", "b", "c"], order.Skip(3).Order());
        Assert.False(gate.IsTaken);
    }

    [Fact]
    public void Only_one_has_the_turn()
    {
        var gate = new TurnGate();
        int inside = 0, most = 0, turns = 0;
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 500; i++)
                using (gate.Take())
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    turns++;
                    Interlocked.Decrement(ref inside);
                }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "a thread never got its turns"));
        Assert.Equal((1, 2000), (most, turns));
    }

    [Fact]
    public void A_turn_that_nobody_waits_for_allocates_nothing()
    {
        var gate = new TurnGate();
        using (gate.Take())
            Assert.True(gate.IsTaken);
        Assert.Equal(0, WarmAllocation.Of(() =>
        {
            for (var i = 0; i < 100; i++)
                using (gate.Take())
                {
                }
        }));
    }
}
