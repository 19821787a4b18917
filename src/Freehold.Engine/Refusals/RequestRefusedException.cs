namespace Freehold.Engine.Refusals;

/// <summary>
/// A request that cannot be honoured as it stands. The message gives the numbers that say why and what to do next.
/// Rooms that must not know this type read <c>Data["code"]</c> and <c>Data["param"]</c>.
/// </summary>
public sealed class RequestRefusedException : Exception
{
    /// <summary>Refuses.</summary>
    /// <param name="code">A <see cref="RefusalCodes"/> value.</param>
    /// <param name="message">What was asked, what is possible, what to do next.</param>
    /// <param name="parameter">The parameter at fault, as the caller named it; null when none is.</param>
    public RequestRefusedException(string code, string message, string? parameter = null) : base(message)
    {
        Code = code;
        Parameter = parameter;
        Data["code"] = code;
        if (parameter is not null)
            Data["param"] = parameter;
    }

    /// <summary>What kind of refusal: one of <see cref="RefusalCodes"/>.</summary>
    public string Code { get; }

    /// <summary>When it is worth trying again, by measured throughput; null where trying again is of no use or nothing was measured.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The parameter at fault, or null.</summary>
    public string? Parameter { get; }
}
