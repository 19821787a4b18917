namespace Freehold.Engine.Refusals;

/// <summary>Why a model cannot be had now.</summary>
public enum UnavailableReason
{
    /// <summary>There is no room for it while others are in use; they may end.</summary>
    NoRoom,

    /// <summary>There is no room for it and none can come: it is too large, or what is pinned leaves too little.</summary>
    NeverFits,

    /// <summary>It could not be loaded.</summary>
    LoadFailed,

    /// <summary>It is pinned, so it does not go.</summary>
    Pinned,

    /// <summary>The pool is closing.</summary>
    Closing,
}

/// <summary>A model that cannot be had now; the message gives the numbers and what to do next.</summary>
public sealed class ModelUnavailableException : Exception
{
    /// <summary>With a reason, and how long to wait before another try, where one may help.</summary>
    public ModelUnavailableException(UnavailableReason reason, string message, TimeSpan? retryAfter = null, Exception? inner = null) : base(message, inner) =>
        (Reason, RetryAfter) = (reason, retryAfter);

    /// <summary>Why.</summary>
    public UnavailableReason Reason { get; }

    /// <summary>How long to wait before another try; null where trying again is of no use.</summary>
    public TimeSpan? RetryAfter { get; }
}
