using Freehold.Gateway.Dialects;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Logging;

/// <summary>A line of the log for every request but those that only look whether the server lives (<c>/health</c>, <c>/metrics</c>) and are answered.</summary>
internal sealed class RequestLog(RequestDelegate next, GatewayOptions options, TimeProvider clock, ILogger<RequestLog> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var entry = new RequestEntry(clock.GetTimestamp(), clock);
        http.Features.Set(entry);
        using var scope = log.BeginScope(http.TraceIdentifier); // so that a failure is logged under the request's id
        try
        {
            await next(http);
        }
        finally
        {
            if (options.RequestLog is { } writer && !IsWatching(http))
                writer.Tell(LineOf(http, entry));
        }
    }

    private static bool IsWatching(HttpContext http) =>
        http.Response.StatusCode < 400 && (http.Request.Path.StartsWithSegments("/health") || http.Request.Path == "/metrics");

    private RequestLine LineOf(HttpContext http, RequestEntry entry) =>
        new(clock.GetUtcNow(), http.TraceIdentifier, http.Features.Get<Principal>()?.Client ?? http.Connection.RemoteIpAddress?.ToString(), ProductOf(http.Request.Headers.UserAgent.ToString()), EndpointOf(http), entry.Status ?? http.Response.StatusCode, entry.Elapsed)
        {
            Model = entry.Model,
            Tokens = entry.Usage.Known ? (entry.Usage.Prompt, entry.Usage.Cached, entry.Usage.Completion) : null,
            Guesses = entry.Usage.Guesses,
            Queued = entry.Queued,
            FirstToken = entry.FirstToken,
            Code = entry.Refusal?.Code,
            Parameter = entry.Refusal?.Param,
        };

    // RFC 9110, section 10.1.5: products come first in order of weight.
    private static string? ProductOf(string agent) => agent.Length == 0 ? null : agent.Split(' ', 2)[0];

    private static string EndpointOf(HttpContext http) => $"{http.Request.Method} {MatchedRoute.Of(http) ?? http.Request.Path.Value}";
}
