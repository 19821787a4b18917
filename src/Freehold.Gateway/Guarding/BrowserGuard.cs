using System.Net;
using Freehold.Gateway.OpenAi;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Guarding;

/// <summary>
/// Keeps web pages of others from using a server on the reader's own machine: a foreign Origin, a cross-site fetch (Fetch Metadata, W3C), and,
/// where only loopback listens, a Host that is not loopback's name (DNS rebinding). Programs send none of these headers and pass.
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next, bool loopbackOnly)
{
    public Task InvokeAsync(HttpContext http)
    {
        var refusal = Check(http.Request);
        return refusal is null ? next(http) : OpenAiErrors.SendAsync(http, refusal);
    }

    private Refusal? Check(HttpRequest request)
    {
        if (loopbackOnly && request.Host.HasValue && !IsLoopback(request.Host.Host))
            return Forbidden("foreign_host", $"The host '{Short(request.Host.Host)}' is not this server's: it listens on loopback only. Use http://127.0.0.1 or http://localhost.");
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is "cross-site" or "same-site" && !IsNavigation(request))
            return Forbidden("cross_site", "Requests from other web sites are refused (Sec-Fetch-Site).");
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsOwn(origin, request))
            return Forbidden("foreign_origin", $"The origin '{Short(origin)}' is not this server's; web pages of others are refused.");
        return null;
    }

    // A person who follows a link to this server is welcome; a frame or a script is not.
    private static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document";

    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && string.Equals(uri.Scheme, request.Scheme, StringComparison.OrdinalIgnoreCase)
        && string.Equals(uri.Authority, request.Host.Value?.TrimEnd(':'), StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static Refusal Forbidden(string code, string message) => new(403, code, null, message);

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
