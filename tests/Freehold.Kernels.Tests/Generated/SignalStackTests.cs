using System.Globalization;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Threads;
using Xunit;

namespace Freehold.Kernels.Tests.Generated;

public sealed class SignalStackTests
{
    private const nuint Bytes = 256 * 1024;

    public SignalStackTests() => Assert.SkipUnless(SignalStack.IsAvailable, "threads have such stacks on 64-bit Linux alone");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_null_reference_on_a_larger_signal_stack_is_an_exception(int workers)
    {
        for (var pools = 0; pools < 3; pools++)
        {
            using var pool = new WorkerPool(workers);
            for (var i = 0; i < 50; i++)
                for (var bad = 0; bad < workers; bad++)
                    Assert.Throws<NullReferenceException>(() => pool.Run(new Act(worker =>
                    {
                        SignalStack.Ensure();
                        _ = worker == bad ? ((string)null!).Length : 0;
                    })));
        }
        Assert.Throws<NullReferenceException>(() => ((string)null!).Length);
    }

    [Fact]
    public void A_thread_gets_one_once_keeps_it_and_may_have_its_own_back()
    {
        nuint before = 0, after = 0, again = 0, end = 0;
        OnThread(() =>
        {
            before = SignalStack.Current();
            SignalStack.Ensure();
            after = SignalStack.Current();
            SignalStack.Ensure();
            again = SignalStack.Current();
            SignalStack.Leave();
            SignalStack.Leave();
            end = SignalStack.Current();
        });
        Assert.InRange(before, (nuint)1, Bytes - 1);
        Assert.Equal((Bytes, Bytes, before), (after, again, end));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_thread_got_is_freed_after_the_thread_has_ended(bool leaves)
    {
        const int Threads = 2000;
        var before = VirtualBytes();
        for (var i = 0; i < Threads; i++)
            OnThread(() =>
            {
                SignalStack.Ensure();
                if (leaves)
                    SignalStack.Leave();
            });
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        // A thread that ends without leaving loses the runtime's own stack: a third of this one.
        Assert.InRange(VirtualBytes() - before, long.MinValue, Threads * (long)Bytes / 2);
    }

    private sealed class Act(Action<int> action) : ParallelWork
    {
        public override void Run(WorkerPool pool, int worker, int workers) => action(worker);
    }

    private static void OnThread(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }

    private static long VirtualBytes()
    {
        const string Key = "VmSize:";
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Key, StringComparison.Ordinal));
        return long.Parse(line[Key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
