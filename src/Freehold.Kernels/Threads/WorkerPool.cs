using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Threads;

/// <summary>
/// A fixed set of threads that run one piece of work together. Threads wait by spinning for some tens of microseconds and then park, so a
/// run costs about a microsecond in a hot loop and an idle pool costs nothing. One caller at a time: those who share a pool take turns (<see cref="Turns"/>).
/// </summary>
public sealed class WorkerPool : IDisposable
{
    private readonly Doorbell _start, _end, _meeting;
    private readonly Thread[] _threads;
    private ParallelWork? _work;
    private Exception? _failure;
    private Counters _counters;
    private int _running;
    private bool _stop;

    /// <summary>Starts <paramref name="workers"/> - 1 threads; the caller of <see cref="Run"/> is the remaining worker.</summary>
    /// <param name="workers">At least 1.</param>
    public WorkerPool(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        var spins = workers <= Environment.ProcessorCount;
        _start = new Doorbell(spins);
        _end = new Doorbell(spins);
        _meeting = new Doorbell(spins);
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

    /// <summary>Whose turn it is. All who share the pool take a turn for each forward step; who has the pool alone need not.</summary>
    public TurnGate Turns { get; } = new();

    /// <summary>Runs the work on all workers and returns when all are done.</summary>
    /// <remarks>
    /// What one worker throws is thrown here once all are done (of several, the first); those that wait at a <see cref="Barrier"/> then
    /// leave their work there. The pool stays usable.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The pool is running other work: it has one caller at a time.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public void Run(ParallelWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (Interlocked.Exchange(ref _running, 1) != 0)
            throw new InvalidOperationException("the worker pool is running other work: it has one caller at a time, and work cannot start work");
        try
        {
            ObjectDisposedException.ThrowIf(_stop, this);
            if (Workers == 1)
                work.Run(this, 0, 1);
            else
                RunTogether(work);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    /// <summary>Inside work: waits until all workers are here. All must call it equally often.</summary>
    public void Barrier()
    {
        if (Workers == 1)
            return;
        var seen = _meeting.Rings;
        if (Volatile.Read(ref _failure) is not null)
            throw new LeaveWorkException();
        if (Interlocked.Increment(ref _counters.Arrived) == Workers)
        {
            _counters.Arrived = 0;
            _meeting.Ring();
            return;
        }
        _meeting.WaitWhile(seen);
        // The failing worker rings too, so that nobody waits for it for ever.
        if (Volatile.Read(ref _failure) is not null)
            throw new LeaveWorkException();
    }

    /// <summary>Ends the threads. Does nothing the second time.</summary>
    /// <exception cref="InvalidOperationException">The pool is running work.</exception>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
            throw new InvalidOperationException("the worker pool cannot be disposed while it runs work");
        try
        {
            if (_stop)
                return;
            _stop = true;
            _start.Ring();
            foreach (var thread in _threads)
                thread.Join();
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private void RunTogether(ParallelWork work)
    {
        _work = work;
        _counters.Busy = Workers - 1;
        var seen = _end.Rings;
        _start.Ring();
        Share(work, 0);
        _end.WaitWhile(seen);
        _work = null;
        if (_failure is not { } failure)
            return;
        _failure = null;
        _counters.Arrived = 0;
        ExceptionDispatchInfo.Throw(failure);
    }

    private void Loop(int worker)
    {
        for (var seen = 0; ; seen++)
        {
            _start.WaitWhile(seen);
            if (_stop)
                break;
            Share(_work!, worker);
            if (Interlocked.Decrement(ref _counters.Busy) == 0)
                _end.Ring();
        }
        SignalStack.Leave();
    }

    private void Share(ParallelWork work, int worker)
    {
        try
        {
            work.Run(this, worker, Workers);
        }
        catch (LeaveWorkException) when (Volatile.Read(ref _failure) is not null)
        {
            // Another worker failed; its exception is the one to throw.
        }
#pragma warning disable CA1031 // Whatever work throws goes to the caller of Run.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
            _meeting.Ring();
        }
    }

    /// <summary>Unwinds a worker from a barrier that will never be complete.</summary>
    private sealed class LeaveWorkException : Exception;

    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Counters
    {
        [FieldOffset(128)]
        public int Busy;

        [FieldOffset(256)]
        public int Arrived;
    }
}
