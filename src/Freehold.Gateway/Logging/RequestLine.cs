namespace Freehold.Gateway.Logging;

/// <summary>A request that is over, as the log tells it. Texts that clients chose are short, and escaped when they are written.</summary>
/// <param name="Time">When it was over.</param>
/// <param name="Id">Its id, as its answer's headers have it.</param>
/// <param name="Client">Who asked: the principal's client.</param>
/// <param name="Agent">The product that its User-Agent names first; null for none.</param>
/// <param name="Endpoint">The method and the route; the path where no route is meant.</param>
/// <param name="Status">The HTTP status; 499 where the client left.</param>
/// <param name="Total">From its arrival to its end.</param>
public sealed record RequestLine(DateTimeOffset Time, string Id, string? Client, string? Agent, string Endpoint, int Status, TimeSpan Total)
{
    /// <summary>The model that answered.</summary>
    public string? Model { get; init; }

    /// <summary>Tokens of the prompt, how many of them were cached, and of the answer; null where the model told nothing.</summary>
    public (long Prompt, long Cached, long Answer)? Tokens { get; init; }

    /// <summary>Tokens guessed ahead, and how many of them came true; null where none were.</summary>
    public (long Made, long True)? Guesses { get; init; }

    /// <summary>How long it waited before anything of it was computed.</summary>
    public TimeSpan? Queued { get; init; }

    /// <summary>From its arrival to the first token.</summary>
    public TimeSpan? FirstToken { get; init; }

    /// <summary>The code of the refusal, where it was refused or ended before its time.</summary>
    public string? Code { get; init; }

    /// <summary>The parameter at fault.</summary>
    public string? Parameter { get; init; }
}
