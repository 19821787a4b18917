using System.Net;

namespace Freehold.Catalog.Network;

/// <summary>
/// The proxies of <see cref="NetworkSettings"/>, with curl's reading of NO_PROXY. The framework's own reads the environment once for the whole process and
/// takes <c>example.org</c> for that host alone, where sites mean all below it.
/// </summary>
internal sealed class EnvironmentProxy : IWebProxy
{
    private static readonly string[] Schemes = ["http", "https", "socks4", "socks4a", "socks5"];

    private readonly Uri? _http, _https;
    private readonly ProxyBypass _bypass;

    /// <summary>Reads the addresses.</summary>
    /// <exception cref="CatalogException">One is no address of a proxy.</exception>
    public EnvironmentProxy(NetworkSettings settings)
    {
        var credentials = new CredentialCache();
        _https = Address(settings.HttpsProxy, "HTTPS_PROXY", credentials);
        _http = Address(settings.HttpProxy, "HTTP_PROXY", credentials);
        _bypass = new ProxyBypass(settings.NoProxy);
        Credentials = credentials;
    }

    /// <inheritdoc/>
    public ICredentials? Credentials { get; set; }

    /// <summary>True where some address is reached by a proxy.</summary>
    public bool IsUsed => _http is not null || _https is not null;

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : Of(destination);

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => Of(host) is null || _bypass.Covers(host);

    internal static string WithScheme(string proxy) => proxy.Contains("://", StringComparison.Ordinal) ? proxy : "http://" + proxy;

    private Uri? Of(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    private static Uri? Address(string? text, string variable, CredentialCache credentials)
    {
        if (text is null)
            return null;
        if (!Uri.TryCreate(WithScheme(text), UriKind.Absolute, out var uri) || uri.Host.Length == 0 || !Schemes.Contains(uri.Scheme))
            throw CatalogException.Usage($"{variable} (or ALL_PROXY) is no address of a proxy; write http://host:port, or http://user:password@host:port with %-escapes for signs that a URL cannot have");
        var address = new Uri(uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
        if (uri.UserInfo.Length == 0)
            return address;
        var parts = uri.UserInfo.Split(':', 2);
        var credential = new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        foreach (var scheme in (string[])["Basic", "Digest", "NTLM", "Negotiate"])
        {
            if (credentials.GetCredential(address, scheme) is null)
                credentials.Add(address, scheme, credential);
        }
        return address;
    }
}
