namespace Freehold.Gateway.Serving;

/// <summary>Every code that the gateway itself gives as <see cref="Refusal.Code"/>; the engine has its own. docs/errors.md tells when each comes and what to do, and a test holds that page to them.</summary>
public static class ErrorCodes
{
    /// <summary>More requests are being answered than the server takes.</summary>
    public const string TooManyRequests = "too_many_requests";

    /// <summary>The server is being stopped, or a model closed.</summary>
    public const string Stopping = "stopping";

    /// <summary>The request's headers are too many or too long.</summary>
    public const string HeadersTooLarge = "headers_too_large";

    /// <summary>A fault of ours.</summary>
    public const string InternalError = "internal_error";

    /// <summary>The time that the request allows is over.</summary>
    public const string DeadlineExceeded = "deadline_exceeded";

    /// <summary>The answer's reader took nothing for too long.</summary>
    public const string SlowReader = "slow_reader";
}
