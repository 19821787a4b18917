using System.Net;
using System.Net.Http.Headers;

namespace Freehold.Catalog.Downloads;

/// <summary>Sends a GET and follows redirects: a bounded number, never from https down to http, and the token goes to its own origin only.</summary>
internal sealed class RedirectingSender(HttpMessageInvoker invoker, TransferLimits limits)
{
    private static readonly ProductInfoHeaderValue Agent = new("freehold", typeof(RedirectingSender).Assembly.GetName().Version?.ToString(3) ?? "0");

    /// <summary>Returns the first answer that is no redirect, its body unread.</summary>
    /// <exception cref="CatalogException">The redirects are endless, unsafe or no URLs.</exception>
    public async Task<HttpResponseMessage> GetAsync(Uri address, HostToken? token, Action<HttpRequestHeaders>? headers, CancellationToken cancellation)
    {
        var current = address;
        for (var hop = 0; hop <= limits.Redirects; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, current) { Version = HttpVersion.Version11 };
            request.Headers.UserAgent.Add(Agent);
            headers?.Invoke(request.Headers);
            if (token is not null && token.MayGoTo(current))
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Secret);
            var response = await invoker.SendAsync(request, cancellation).ConfigureAwait(false);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                return response;
            using (response)
                current = Next(current, response.Headers.Location);
        }
        throw CatalogException.Failed($"{Shown(address)} redirects more than {limits.Redirects} times; its server goes round in circles");
    }

    /// <summary>An address without its query, which may hold a signature.</summary>
    public static string Shown(Uri address) => address.GetLeftPart(UriPartial.Path);

    private static Uri Next(Uri current, Uri? location)
    {
        if (location is null)
            throw CatalogException.Failed($"{Shown(current)} redirects without saying where to");
        var next = location.IsAbsoluteUri ? location : new Uri(current, location);
        if (next.Scheme is not ("http" or "https"))
            throw CatalogException.Refused($"{Shown(current)} redirects to a {next.Scheme}: address, which is refused");
        if (current.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp)
            throw CatalogException.Refused($"{Shown(current)} redirects from https to http ({next.Host}), which is refused: anybody between could change the file");
        return next;
    }
}
