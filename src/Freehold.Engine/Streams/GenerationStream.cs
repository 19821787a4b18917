using System.Threading.Tasks.Sources;

namespace Freehold.Engine.Streams;

/// <summary>
/// An answer being made: one <see cref="GenerationUpdate"/> a token, to be read once, by one reader. A reader that stalls pauses its own answer only;
/// one that stops (disposes the enumerator or this) or whose token is cancelled frees the answer's pages within one step.
/// </summary>
public sealed class GenerationStream : IAsyncEnumerable<GenerationUpdate>, IAsyncDisposable, IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private readonly Action _wakeEngine;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationToken _cancellation;
    private ManualResetValueTaskSourceCore<bool> _signal;
    private Exception? _error;
    private volatile bool _cancelled, _ended;
    private int _readerWaits, _engineWaits, _readers;

    internal GenerationStream(UpdateRing ring, ulong seed, Action wakeEngine, CancellationToken cancellation)
    {
        Ring = ring;
        Seed = seed;
        _wakeEngine = wakeEngine;
        _cancellation = cancellation;
        // Last: a token that is cancelled already calls back at once.
        _registration = cancellation.UnsafeRegister(static stream => ((GenerationStream)stream!).Cancel(), this);
    }

    /// <summary>The seed in use: the one asked for, or the one drawn. With the same prompt and parameters it gives the same answer.</summary>
    public ulong Seed { get; }

    /// <summary>The scores of the prompt's tokens, complete once the first update was read; null unless asked for.</summary>
    public PromptScores? PromptScores { get; internal init; }

    /// <summary>The stop string that ended the answer, known once the last update was read; null where none did.</summary>
    public string? StopString { get; internal set; }

    internal UpdateRing Ring { get; }

    /// <summary>Whether nobody wants the rest of the answer.</summary>
    internal bool IsCancelled => _cancelled;

    /// <summary>Stops the answer; its pages are free before the engine's next step. Safe to call at any time and more than once.</summary>
    public void Cancel()
    {
        _cancelled = true;
        _wakeEngine();
        WakeReader();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerator<GenerationUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
            throw new InvalidOperationException("a generation stream can be read once only");
        using var registration = cancellationToken.UnsafeRegister(static stream => ((GenerationStream)stream!).Cancel(), this);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _cancellation.ThrowIfCancellationRequested();
                // Read before looking for the update that may have come with it.
                var ended = _ended;
                if (Ring.Read() is { } update)
                {
                    if (Interlocked.Exchange(ref _engineWaits, 0) != 0)
                        _wakeEngine();
                    yield return update;
                }
                else if (_cancelled)
                {
                    throw new OperationCanceledException("the answer was cancelled");
                }
                else if (ended)
                {
                    if (_error is not null)
                        throw _error;
                    yield break;
                }
                else
                {
                    await WaitAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Cancels what is left of the answer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_ended)
            Cancel();
        await _registration.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Engine: whether one more token fits. If not, the reader will wake the engine once it has made room.</summary>
    internal bool HasRoom(int textBytes)
    {
        if (Ring.HasRoom(textBytes))
            return true;
        Interlocked.Exchange(ref _engineWaits, 1);
        return Ring.HasRoom(textBytes);
    }

    /// <summary>Engine: something was written.</summary>
    internal void WakeReader()
    {
        // Through the pool by this object itself: nothing is allocated, and the reader's code never runs on the engine's thread.
        if (Interlocked.Exchange(ref _readerWaits, 0) != 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Engine: nothing more will come.</summary>
    internal void End(Exception? error = null)
    {
        _error = error;
        _ended = true;
        _registration.Unregister();
        WakeReader();
    }

    private ValueTask<bool> WaitAsync()
    {
        _signal.Reset();
        Interlocked.Exchange(ref _readerWaits, 1);
        if ((Ring.HasUpdate || _ended || _cancelled) && Interlocked.Exchange(ref _readerWaits, 0) != 0)
            return new ValueTask<bool>(true);
        return new ValueTask<bool>(this, _signal.Version);
    }

    void IThreadPoolWorkItem.Execute() => _signal.SetResult(true);

    bool IValueTaskSource<bool>.GetResult(short token) => _signal.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, flags);
}
