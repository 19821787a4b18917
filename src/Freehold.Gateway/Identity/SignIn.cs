using System.Text.Json;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Identity;

/// <summary>Where a person shows the key, once, and leaves again.</summary>
internal sealed class SignIn(GatewayOptions options, Sessions sessions, RefusalAnswer refusals)
{
    /// <summary>POST <c>/sign-in</c> with <c>{"key": "..."}</c>: 204 and a cookie that scripts cannot read, or 401.</summary>
    public async Task OpenAsync(HttpContext http)
    {
        try
        {
            using var body = await RequestBody.ReadAsync(http);
            var shown = body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("key", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
            if (options.Key is { } key && !key.Matches(shown.Trim()))
                throw new RefusedException(new Refusal(401, ErrorCodes.InvalidApiKey, null, "The key is not this server's; ask whoever runs it for the right one."));
        }
        catch (RefusedException refused)
        {
            await refusals.SendAsync(http, refused.Refusal);
            return;
        }
        http.Response.Cookies.Append(Sessions.Cookie, sessions.Open(), CookieOf(http, Sessions.Idle));
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>POST <c>/sign-out</c>: the session is over, here and in the browser.</summary>
    public Task CloseAsync(HttpContext http)
    {
        sessions.Close(http.Request);
        http.Response.Cookies.Delete(Sessions.Cookie, CookieOf(http, null));
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static CookieOptions CookieOf(HttpContext http, TimeSpan? age) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        Path = "/",
        MaxAge = age,
        IsEssential = true,
    };
}
