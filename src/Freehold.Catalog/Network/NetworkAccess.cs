namespace Freehold.Catalog.Network;

/// <summary>
/// The only door to the network in this program's catalogue. It is opened by <c>pull</c> alone, and where the network is forbidden it refuses before anything
/// that could make a socket exists.
/// </summary>
/// <param name="forbidden">Why the network is forbidden, or null where it is allowed.</param>
/// <param name="settings">The way to it: proxies and authorities.</param>
/// <param name="handlers">Makes the transport; null for the system's.</param>
public sealed class NetworkAccess(string? forbidden, NetworkSettings settings, Func<HttpMessageHandler>? handlers = null)
{
    /// <summary>Opens the network.</summary>
    /// <param name="what">What for, for the refusal.</param>
    /// <exception cref="CatalogException">The network is forbidden, or a variable that says the way to it cannot be what it says.</exception>
    internal HttpMessageInvoker Open(string what) =>
        forbidden is null
            ? new HttpMessageInvoker(handlers?.Invoke() ?? SystemTransport.Create(settings), disposeHandler: true)
            : throw CatalogException.Refused($"{what} needs the network, and that is forbidden: {forbidden}. Unset it, or pull from a folder (freehold pull /path/to/model) or from a mirror that is a folder");
}
