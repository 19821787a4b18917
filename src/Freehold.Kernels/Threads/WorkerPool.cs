namespace Freehold.Kernels.Threads;

/// <summary>A fixed set of threads that run one piece of work together.</summary>
public sealed class WorkerPool : IDisposable
{
    private readonly Barrier _start, _end, _middle;
    private readonly Thread[] _threads;
    private ParallelWork? _work;
    private volatile bool _stop;

    /// <summary>Starts <paramref name="workers"/> - 1 threads; the caller of <see cref="Run"/> is the remaining worker.</summary>
    public WorkerPool(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        _start = new Barrier(workers);
        _end = new Barrier(workers);
        _middle = new Barrier(workers);
        _threads = new Thread[workers - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"freehold-worker-{worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Workers, the caller included.</summary>
    public int Workers { get; }

    /// <summary>Runs the work on all workers and returns when all are done.</summary>
    public void Run(ParallelWork work)
    {
        if (Workers == 1)
        {
            work.Run(this, 0, 1);
            return;
        }
        _work = work;
        _start.SignalAndWait();
        work.Run(this, 0, Workers);
        _end.SignalAndWait();
    }

    /// <summary>Inside work: waits until all workers are here.</summary>
    public void Barrier()
    {
        if (Workers > 1)
            _middle.SignalAndWait();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stop)
            return;
        _stop = true;
        if (Workers > 1)
            _start.SignalAndWait();
        foreach (var thread in _threads)
            thread.Join();
        _start.Dispose();
        _end.Dispose();
        _middle.Dispose();
    }

    private void Loop(int worker)
    {
        while (true)
        {
            _start.SignalAndWait();
            if (_stop)
                return;
            _work!.Run(this, worker, Workers);
            _end.SignalAndWait();
        }
    }
}
