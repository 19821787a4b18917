namespace Freehold.Catalog.Network;

/// <summary>How this machine reaches the network: the variables that other programs here obey too. Lower case goes first, as with curl.</summary>
public sealed record NetworkSettings
{
    /// <summary>No proxy, and the system's own authorities.</summary>
    public static NetworkSettings Direct { get; } = new();

    /// <summary>The proxy for https (<c>HTTPS_PROXY</c>, else <c>ALL_PROXY</c>), or null.</summary>
    public string? HttpsProxy { get; init; }

    /// <summary>The proxy for http (<c>HTTP_PROXY</c>, else <c>ALL_PROXY</c>), or null.</summary>
    public string? HttpProxy { get; init; }

    /// <summary>Hosts that are reached without a proxy (<c>NO_PROXY</c>): names with all below them, addresses, networks (10.0.0.0/8), or <c>*</c> for all.</summary>
    public string? NoProxy { get; init; }

    /// <summary>A PEM file of the authorities to trust in place of the system's (<c>SSL_CERT_FILE</c>), or null.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Reads the variables.</summary>
    public static NetworkSettings Read(Func<string, string?> environment)
    {
        string? Variable(params string[] names) => names.Select(environment).FirstOrDefault(v => !string.IsNullOrWhiteSpace(v))?.Trim();

        return new NetworkSettings
        {
            HttpsProxy = Variable("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
            HttpProxy = Variable("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"),
            NoProxy = Variable("no_proxy", "NO_PROXY"),
            CertificateFile = Variable("SSL_CERT_FILE"),
        };
    }

    /// <summary>A proxy's address as people may see it: without user and password.</summary>
    public static string Shown(string proxy) =>
        Uri.TryCreate(EnvironmentProxy.WithScheme(proxy), UriKind.Absolute, out var uri) ? uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) : "something that is no URL";
}
