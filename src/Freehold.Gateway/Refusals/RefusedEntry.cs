namespace Freehold.Gateway.Refusals;

/// <summary>What became of a request's field, or of the request.</summary>
public enum RefusedKind
{
    /// <summary>The request was refused.</summary>
    Refused,

    /// <summary>A parameter was accepted though nothing depends on it.</summary>
    Inert,
}

/// <summary>One thing that was not done as it was asked, as often as one client asked for it. Nothing that a request said is in it, only the names of its fields.</summary>
/// <param name="Kind">Refused, or accepted without effect.</param>
/// <param name="Client">The program: the product that its User-Agent names.</param>
/// <param name="Principal">Who it is, as the identity stage knows.</param>
/// <param name="Endpoint">Method and route.</param>
/// <param name="Status">The answer's HTTP status.</param>
/// <param name="Code">The refusal's code; of an inert parameter <c>inert</c>.</param>
/// <param name="Parameter">The field's name, or null.</param>
public sealed record RefusedEntry(RefusedKind Kind, string Client, string Principal, string Endpoint, int Status, string Code, string? Parameter)
{
    /// <summary>How often.</summary>
    public long Count { get; init; } = 1;

    /// <summary>When last.</summary>
    public DateTimeOffset Last { get; init; }

    /// <summary>What to do about it.</summary>
    public string Fix => Kind == RefusedKind.Inert ? Fixes.OfInert : Fixes.Of(Code);
}
