using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Pages;

/// <summary>What a request wants of the pages.</summary>
internal enum PageRequest
{
    /// <summary>Nothing: it is for the API.</summary>
    None,

    /// <summary>A page, by a browser.</summary>
    Page,

    /// <summary>A page's live connection.</summary>
    Connection,

    /// <summary>The form that asks for the key, or what browsers load to show a page. Open: nothing in it is anybody's.</summary>
    Open,

    /// <summary>To show the key.</summary>
    SignIn,

    /// <summary>To leave.</summary>
    SignOut,
}

/// <summary>The paths that belong to pages. Known here, so that what answers them is not even loaded before somebody asks.</summary>
internal static class PagePaths
{
    /// <summary>Where the key is asked for.</summary>
    public const string SignIn = "/sign-in";

    /// <summary>Where a session ends.</summary>
    public const string SignOut = "/sign-out";

    /// <summary>Below it lies what browsers load: scripts, styles, the icon.</summary>
    public const string Assets = "/_console";

    /// <summary>Blazor's circuits.</summary>
    public const string Circuits = "/_blazor";

    public static PageRequest Of(HttpRequest request)
    {
        var path = request.Path;
        if (path.StartsWithSegments(Circuits))
            return PageRequest.Connection;
        if (path.StartsWithSegments(Assets))
            return PageRequest.Open;
        if (path == SignIn)
            return HttpMethods.IsPost(request.Method) ? PageRequest.SignIn : HttpMethods.IsGet(request.Method) ? PageRequest.Open : PageRequest.None;
        if (path == SignOut && HttpMethods.IsPost(request.Method))
            return PageRequest.SignOut;
        return HttpMethods.IsGet(request.Method) && path.Value is "/" or "/models" or "/connect" or "/refused" && WantsPage(request) ? PageRequest.Page : PageRequest.None;
    }

    // Clients of Ollama ask for "/" too, and get Ollama's words.
    private static bool WantsPage(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
