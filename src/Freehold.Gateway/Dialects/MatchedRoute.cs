using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Freehold.Gateway.Dialects;

/// <summary>The endpoint that a request reached, by its pattern: what stands in its place in a path may be anything.</summary>
internal static class MatchedRoute
{
    /// <summary>The pattern; null where no endpoint is at the path.</summary>
    public static string? Of(HttpContext http) =>
        http.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } pattern } && pattern != "/{**path}" ? pattern : null;
}
