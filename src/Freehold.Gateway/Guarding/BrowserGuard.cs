using Freehold.Gateway.Dialects;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Guarding;

/// <summary>
/// Keeps web pages of others from using this server through their reader's browser: a Host that is not this server's (DNS rebinding), a cross-site fetch
/// (Fetch Metadata, W3C), and a foreign Origin, unless the owner allows it. Programs send no Origin and no Sec-Fetch-Site and pass.
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next, GatewayOptions options, RefusalAnswer refusals)
{
    private readonly HostNames _hosts = new(options);

    public Task InvokeAsync(HttpContext http)
    {
        var refusal = Check(http.Request);
        return refusal is null ? next(http) : refusals.SendAsync(http, refusal);
    }

    private Refusal? Check(HttpRequest request)
    {
        if (request.Host.HasValue && !_hosts.AreOwn(request.Host.Host))
            return Forbidden(ErrorCodes.ForeignHost, $"The host '{Short(request.Host.Host)}' is not a name of this server. Use its IP address{(options.LoopbackOnly ? " (127.0.0.1) or localhost" : "")}, or start it with --allowed-host {Short(request.Host.Host)}.");
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && options.Allows(origin))
            return null;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is "cross-site" or "same-site" && !IsNavigation(request))
            return Forbidden(ErrorCodes.CrossSite, "Requests from other web sites are refused (Sec-Fetch-Site). To allow a site, start the server with --allowed-origin and its origin.");
        if (origin.Length > 0 && !IsOwn(origin, request))
            return Forbidden(ErrorCodes.ForeignOrigin, $"The origin '{Short(origin)}' is not this server's; web pages of others are refused. To allow it, start the server with --allowed-origin {Short(origin)}.");
        return null;
    }

    // A person who follows a link to this server is welcome; a frame or a script is not.
    private static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document";

    /// <summary>Whether an Origin is this server's, as the request names the server.</summary>
    internal static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && string.Equals(uri.Scheme, request.Scheme, StringComparison.OrdinalIgnoreCase)
        && string.Equals(uri.Authority, request.Host.Value?.TrimEnd(':'), StringComparison.OrdinalIgnoreCase);

    private static Refusal Forbidden(string code, string message) => new(403, code, null, message);

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
