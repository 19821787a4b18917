namespace Freehold.Gateway.Serving;

/// <summary>Why a request is not answered, in terms every dialect can word.</summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Code">A short stable name for programs, e.g. <c>context_length_exceeded</c>.</param>
/// <param name="Param">The request's field at fault, or null.</param>
/// <param name="Message">For people: what was wrong and what to do next.</param>
/// <param name="RetryAfter">How long a client should wait before it tries again; null where trying again is of no use.</param>
public sealed record Refusal(int Status, string Code, string? Param, string Message, TimeSpan? RetryAfter = null);

/// <summary>Ends a request with a <see cref="Serving.Refusal"/>.</summary>
public sealed class RefusedException(Refusal refusal, Exception? cause = null) : Exception(refusal.Message, cause)
{
    /// <summary>What the client is told.</summary>
    public Refusal Refusal { get; } = refusal;

    /// <summary>A field of the request that cannot be honoured (400).</summary>
    internal static RefusedException Field(string? param, string message, string code = ErrorCodes.InvalidValue) =>
        new(new Refusal(400, code, param, message));
}
