using System.Net;

namespace Freehold.Catalog.Downloads;

/// <summary>
/// The only door to the network in this program's catalogue. It is opened by <c>pull</c> alone, and where the network is forbidden it refuses before anything
/// that could make a socket exists.
/// </summary>
/// <param name="forbidden">Why the network is forbidden, or null where it is allowed.</param>
/// <param name="handlers">Makes the transport; null for the system's.</param>
public sealed class NetworkAccess(string? forbidden, Func<HttpMessageHandler>? handlers = null)
{
    /// <summary>Opens the network.</summary>
    /// <param name="what">What for, for the refusal.</param>
    /// <exception cref="CatalogException">The network is forbidden.</exception>
    internal HttpMessageInvoker Open(string what) =>
        forbidden is null
            ? new HttpMessageInvoker((handlers ?? SystemTransport)(), disposeHandler: true)
            : throw CatalogException.Refused($"{what} needs the network, and that is forbidden: {forbidden}. Unset it, or pull from a folder (freehold pull /path/to/model) or from a mirror that is a folder");

    private static SocketsHttpHandler SystemTransport() => new()
    {
        // Redirects are followed by RedirectingSender, which knows who may see the token.
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(20),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxConnectionsPerServer = 16,
        MaxResponseHeadersLength = 64,
        ActivityHeadersPropagator = null,
    };
}
