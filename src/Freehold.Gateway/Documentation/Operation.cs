using Freehold.Gateway.Requests;
using Microsoft.AspNetCore.Builder;

namespace Freehold.Gateway.Documentation;

/// <summary>What the API's document says of an endpoint.</summary>
/// <param name="Dialect">Whose API it is of; groups the operations.</param>
/// <param name="Summary">What it does, in a line.</param>
/// <param name="Table">The parameters of its body; null where it has none.</param>
/// <param name="Least">The least body that it answers, as JSON, with <c>CHAT</c> and <c>EMBEDDER</c> for the names of models: the example, and its fields are the required ones.</param>
internal sealed record Operation(string Dialect, string Summary, ParameterTable? Table = null, string? Least = null);

/// <summary>Describes endpoints where they are mapped.</summary>
internal static class Described
{
    /// <summary>Adds what the API's document says of it.</summary>
    public static T Describe<T>(this T endpoint, string dialect, string summary, ParameterTable? table = null, string? least = null) where T : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Operation(dialect, summary, table, least));
}
