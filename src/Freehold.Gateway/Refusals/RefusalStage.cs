using Freehold.Gateway.Dialects;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Logging;
using Freehold.Gateway.Requests;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Refusals;

/// <summary>Notes what was refused and what was accepted without effect, once the answer is made.</summary>
internal sealed class RefusalStage(RequestDelegate next, RefusalLog log)
{
    private const int LongestName = 80;

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        finally
        {
            Note(http);
        }
    }

    private void Note(HttpContext http)
    {
        if (RequestEntry.Of(http)?.Refusal is { } refusal)
            log.Add(EntryOf(http, RefusedKind.Refused, refusal.Status, refusal.Code, refusal.Param));
        else if (http.Response.Headers.TryGetValue(InertFields.Header, out var inert))
            foreach (var name in inert.ToString().Split(", ", StringSplitOptions.RemoveEmptyEntries))
                log.Add(EntryOf(http, RefusedKind.Inert, http.Response.StatusCode, "inert", name));
    }

    private static RefusedEntry EntryOf(HttpContext http, RefusedKind kind, int status, string code, string? parameter) =>
        new(kind, ProgramOf(http.Request), http.Features.Get<Principal>()?.Client ?? http.Connection.RemoteIpAddress?.ToString() ?? "local", EndpointOf(http), status, code, parameter is null ? null : Short(parameter));

    // The path of an endpoint that nobody knows is what its client got wrong; what stands behind '?' is not shown.
    private static string EndpointOf(HttpContext http) => $"{http.Request.Method} {MatchedRoute.Of(http) ?? Short(http.Request.Path.ToString())}";

    // A User-Agent is a list of products (RFC 9110, section 10.1.5); the first is the program. Browsers all call themselves Mozilla first.
    private static string ProgramOf(HttpRequest request)
    {
        var agent = request.Headers.UserAgent.ToString();
        if (agent.StartsWith("Mozilla/", StringComparison.Ordinal))
            return "a browser";
        var product = agent.Split('(', 2)[0].TrimEnd();
        var end = product.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? product.IndexOf(' ', slash) : -1;
        return product.Length == 0 ? "unnamed" : Short(end < 0 ? product : product[..end]);
    }

    private static string Short(string text)
    {
        var visible = string.Concat(text.Take(LongestName).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return text.Length <= LongestName ? visible : visible + "...";
    }
}
