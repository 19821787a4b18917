using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Freehold.Gateway.Dialects;

/// <summary>The header that a request must have to be for an endpoint, where dialects share a path.</summary>
/// <param name="Name">The header's name.</param>
internal sealed record RequiredHeader(string Name);

/// <summary>Keeps requests without its <see cref="RequiredHeader"/> away from an endpoint.</summary>
internal sealed class HeaderPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<RequiredHeader>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
            if (candidates.IsValidCandidate(i) && candidates[i].Endpoint.Metadata.GetMetadata<RequiredHeader>() is { } required && !httpContext.Request.Headers.ContainsKey(required.Name))
                candidates.SetValidity(i, false);
        return Task.CompletedTask;
    }
}
