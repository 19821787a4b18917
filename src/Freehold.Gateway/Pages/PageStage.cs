using System.Runtime.InteropServices;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Pages;

/// <summary>
/// Takes what belongs to pages out of the API's way. What answers is made when the first browser comes: a server that nobody looks at pays nothing for it.
/// </summary>
internal sealed class PageStage(RequestDelegate next, PageSource source, IServiceProvider services, IIdentification identification, SignIn signIn, RefusalAnswer refusals)
{
    // Scripts and connections come from here alone; styles may be inline, since components place themselves by them.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'none'; frame-ancestors 'none'; base-uri 'self'";

    private readonly Lazy<RequestDelegate> _pages = new(() => source.Make!(services));
    private readonly Lazy<bool> _cryptography = new(HasCryptography);

    public Task InvokeAsync(HttpContext http)
    {
        var wanted = source.Make is null ? PageRequest.None : PagePaths.Of(http.Request);
        return wanted == PageRequest.None ? next(http) : AnswerAsync(http, wanted);
    }

    private Task AnswerAsync(HttpContext http, PageRequest wanted)
    {
        if (!_cryptography.Value)
            return ExplainAsync(http);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
        switch (wanted)
        {
            case PageRequest.SignIn:
                return signIn.OpenAsync(http);
            case PageRequest.SignOut:
                return signIn.CloseAsync(http);
            case PageRequest.Open:
                return _pages.Value(http);
        }
        try
        {
            http.Features.Set(identification.Identify(http));
        }
        catch (RefusedException refused)
        {
            if (wanted != PageRequest.Page)
                return refusals.SendAsync(http, refused.Refusal);
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            http.Response.Headers.Location = PagePaths.SignIn;
            return Task.CompletedTask;
        }
        return _pages.Value(http);
    }

    // .NET ends the whole program where it needs OpenSSL and finds none; the API does without.
    private static bool HasCryptography()
    {
        if (!OperatingSystem.IsLinux())
            return true;
        foreach (var name in (string[])["libssl.so.3", "libssl.so.1.1", "libssl.so.1.0.2", "libssl.so.10"])
            if (NativeLibrary.TryLoad(name, out _))
                return true;
        return false;
    }

    private static Task ExplainAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return http.Response.WriteAsync("The pages need OpenSSL, which this system does not have (Debian: apt install libssl3), and then a restart. The API works without: try GET /v1/models.\n");
    }
}

/// <summary>What makes the pages, called once, with the server's services; null for a server without.</summary>
internal sealed record PageSource(Func<IServiceProvider, RequestDelegate>? Make);
