using System.Security.Cryptography;
using Freehold.Gateway.Documentation;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.Pages;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Identity;

/// <summary>
/// Browsers whose reader has shown the key. Each has a random name in a cookie, never the key itself; all end with the server.
/// </summary>
internal sealed class Sessions(TimeProvider clock)
{
    /// <summary>The cookie's name.</summary>
    public const string Cookie = "freehold_session";

    /// <summary>A session that nobody used for so long is over.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromDays(7);

    private const int Most = 1000;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _lastUsed = new(StringComparer.Ordinal);

    /// <summary>Begins one. The one that was not used for longest goes where there are too many.</summary>
    /// <returns>Its name, 256 random bits.</returns>
    public string Open()
    {
        var name = RandomNumberGenerator.GetHexString(64, lowercase: true);
        lock (_gate)
        {
            if (_lastUsed.Count >= Most)
                _lastUsed.Remove(_lastUsed.MinBy(session => session.Value).Key);
            _lastUsed[name] = clock.GetUtcNow();
        }
        return name;
    }

    /// <summary>Ends the request's session, if it has one.</summary>
    public void Close(HttpRequest request)
    {
        if (request.Cookies[Cookie] is { } name)
            lock (_gate)
                _lastUsed.Remove(name);
    }

    /// <summary>
    /// Whether the request may go by its session. A browser adds the cookie to whatever a page of another port of this machine sends (SameSite knows no ports),
    /// so beyond reading pages the browser must say that the request comes from here.
    /// </summary>
    public bool Admit(HttpRequest request)
    {
        if (request.Cookies[Cookie] is not { } name || !(IsFromHere(request) || IsReadingPages(request)))
            return false;
        lock (_gate)
        {
            if (!_lastUsed.TryGetValue(name, out var used))
                return false;
            var now = clock.GetUtcNow();
            if (now - used > Idle)
                return !_lastUsed.Remove(name);
            _lastUsed[name] = now;
            return true;
        }
    }

    // Without TLS browsers send no Fetch Metadata, but an Origin with all that is not GET.
    private static bool IsFromHere(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site.Length > 0 ? site == "same-origin" : BrowserGuard.IsOwn(request.Headers.Origin.ToString(), request);
    }

    private static bool IsReadingPages(HttpRequest request) => HttpMethods.IsGet(request.Method) && request.Headers.Origin.Count == 0
        && (PagePaths.Of(request) != PageRequest.None || request.Path.StartsWithSegments(ApiReference.PagePath) || request.Path == ApiReference.DocumentPath);
}
