namespace Freehold.Catalog.Downloads;

/// <summary>The network or a server failed in a way that another try may mend.</summary>
internal sealed class TransferFault(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the server asked to be left alone.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>The file on the server is no longer the one whose beginning is here.</summary>
internal sealed class ContentChanged(string message) : Exception(message);

/// <summary>The server does not serve ranges (any more); the whole file must come in one stream.</summary>
internal sealed class RangesUnsupported() : Exception("the server does not serve ranges");
