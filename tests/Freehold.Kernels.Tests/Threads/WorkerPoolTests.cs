using Freehold.Kernels.Threads;
using Freehold.Tests;
using Xunit;

namespace Freehold.Kernels.Tests.Threads;

public class WorkerPoolTests
{
    private sealed class Act(Action<WorkerPool, int, int> action) : ParallelWork
    {
        public override void Run(WorkerPool pool, int worker, int workers) => action(pool, worker, workers);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_worker_runs_every_time_over_a_hundred_thousand_runs(int workers)
    {
        using var pool = new WorkerPool(workers);
        var counts = new int[workers * 64];
        var work = new Act((_, worker, of) =>
        {
            Assert.Equal(workers, of);
            counts[worker * 64]++;
        });
        var runs = workers > Environment.ProcessorCount ? 5_000 : 100_000;
        for (var i = 0; i < runs; i++)
        {
            pool.Run(work);
            if (i % 1000 == 0)
                for (var worker = 0; worker < workers; worker++)
                    Assert.Equal(i + 1, counts[worker * 64]);
        }
        for (var worker = 0; worker < workers; worker++)
            Assert.Equal(runs, counts[worker * 64]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Nobody_passes_a_barrier_before_all_have_come(int workers)
    {
        using var pool = new WorkerPool(workers);
        var arrived = new int[200];
        var wrong = 0;
        var work = new Act((p, _, of) =>
        {
            for (var step = 0; step < arrived.Length; step++)
            {
                Interlocked.Increment(ref arrived[step]);
                p.Barrier();
                if (Volatile.Read(ref arrived[step]) != of)
                    Interlocked.Increment(ref wrong);
            }
        });
        for (var i = 0; i < 20; i++)
        {
            Array.Clear(arrived);
            pool.Run(work);
        }
        Assert.Equal(0, wrong);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void What_a_worker_throws_comes_out_of_run_and_the_pool_stays_usable(int failing)
    {
        using var pool = new WorkerPool(3);
        for (var i = 0; i < 50; i++)
        {
            var thrown = Assert.Throws<FormatException>(() => pool.Run(new Act((_, worker, _) =>
            {
                if (worker == failing)
                    throw new FormatException("mine");
            })));
            Assert.Equal("mine", thrown.Message);
            AssertWorks(pool);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    public void Workers_at_a_barrier_leave_when_another_fails(int failing, int after)
    {
        using var pool = new WorkerPool(3);
        for (var i = 0; i < 50; i++)
        {
            Assert.Throws<FormatException>(() => pool.Run(new Act((p, worker, _) =>
            {
                for (var step = 0; step < 5; step++)
                {
                    if (worker == failing && step == after)
                        throw new FormatException();
                    p.Barrier();
                }
            })));
            AssertWorks(pool);
        }
    }

    [Fact]
    public void Work_that_starts_work_is_refused()
    {
        using var pool = new WorkerPool(2);
        Assert.Throws<InvalidOperationException>(() => pool.Run(new Act((p, _, _) => p.Run(new Act((_, _, _) => { })))));
        AssertWorks(pool);
    }

    [Fact]
    public void A_pool_that_has_parked_wakes_up()
    {
        using var pool = new WorkerPool(2);
        for (var i = 0; i < 20; i++)
        {
            AssertWorks(pool);
            // Longer than any spin: the other worker has parked or is about to, and both must work.
            var until = Environment.TickCount64 + 2;
            while (Environment.TickCount64 < until)
                Thread.Yield();
        }
    }

    [Fact]
    public void Disposing_ends_the_threads_and_may_be_done_twice()
    {
        var pool = new WorkerPool(3);
        AssertWorks(pool);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Run(new Act((_, _, _) => { })));
    }

    [Fact]
    public void Runs_allocate_nothing()
    {
        using var pool = new WorkerPool(2);
        var work = new Act((p, _, _) => p.Barrier());
        Assert.Equal(0, WarmAllocation.Of(() =>
        {
            for (var i = 0; i < 1000; i++)
                pool.Run(work);
        }));
    }

    private static void AssertWorks(WorkerPool pool)
    {
        var sum = 0;
        pool.Run(new Act((p, worker, _) =>
        {
            p.Barrier();
            Interlocked.Add(ref sum, worker + 1);
        }));
        Assert.Equal(pool.Workers * (pool.Workers + 1) / 2, sum);
    }
}
