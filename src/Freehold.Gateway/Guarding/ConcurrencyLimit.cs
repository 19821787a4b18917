using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Guarding;

/// <summary>How many requests are answered at a time; the rest are told to come back, rather than kept waiting without bound.</summary>
internal sealed class ConcurrencyLimit(int most, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _empty;
    private int _inside;
    private long _left;
    private double _secondsBetween;

    /// <summary>Requests being answered now.</summary>
    public int Inside
    {
        get
        {
            lock (_gate)
                return _inside;
        }
    }

    /// <summary>What a request that finds no place is told: a place is free about as soon as one became free lately.</summary>
    public Refusal Refusal
    {
        get
        {
            var between = Volatile.Read(ref _secondsBetween);
            var wait = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(between), 1, 600));
            var pace = between > 0 ? FormattableString.Invariant($", one ends about every {between:0.0} s") : "";
            return new(429, ErrorCodes.TooManyRequests, null, $"{most} requests are being answered already, the most this server takes{pace}; try again in {wait.TotalSeconds} s.", wait);
        }
    }

    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_inside == most)
                return false;
            _inside++;
            return true;
        }
    }

    public void Leave()
    {
        TaskCompletionSource? empty = null;
        lock (_gate)
        {
            Measure();
            if (--_inside == 0)
                empty = _empty;
        }
        empty?.TrySetResult();
    }

    // Only while all places are taken: what lies between two answers of an idle server says nothing.
    private void Measure()
    {
        if (_inside < most)
        {
            _left = 0;
            return;
        }
        var now = clock.GetTimestamp();
        if (_left != 0)
        {
            var between = clock.GetElapsedTime(_left, now).TotalSeconds;
            Volatile.Write(ref _secondsBetween, _secondsBetween == 0 ? between : 0.8 * _secondsBetween + 0.2 * between);
        }
        _left = now;
    }

    /// <summary>Completes when nobody is inside. For when nobody is let in any more.</summary>
    public Task WhenEmptyAsync()
    {
        lock (_gate)
        {
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _inside == 0 ? Task.CompletedTask : _empty.Task;
        }
    }
}
