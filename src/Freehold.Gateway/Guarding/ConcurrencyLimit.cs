using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Guarding;

/// <summary>How many requests are answered at a time; the rest are told to come back, rather than kept waiting without bound.</summary>
internal sealed class ConcurrencyLimit(int most)
{
    private int _inside;

    /// <summary>Requests being answered now.</summary>
    public int Inside => Volatile.Read(ref _inside);

    public Refusal Refusal { get; } = new(429, "too_many_requests", null, $"{most} requests are being answered already, the most this server takes; try again in a moment.", TimeSpan.FromSeconds(1));

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _inside) <= most)
            return true;
        Interlocked.Decrement(ref _inside);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _inside);
}
