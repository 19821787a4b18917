using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Network;

/// <summary>Makes the real transport: sockets, through the site's proxies, trusting the site's authorities.</summary>
internal static class SystemTransport
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1"; // id-kp-serverAuth, RFC 5280 4.2.1.12

    /// <summary>Makes it.</summary>
    /// <exception cref="CatalogException">A variable says what cannot be.</exception>
    public static SocketsHttpHandler Create(NetworkSettings settings)
    {
        var proxy = new EnvironmentProxy(settings);
        var handler = new SocketsHttpHandler
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
            UseProxy = proxy.IsUsed,
            Proxy = proxy.IsUsed ? proxy : null,
        };
        if (settings.CertificateFile is { } file)
            handler.SslOptions.CertificateChainPolicy = Trusting(file);
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            errors == SslPolicyErrors.None ? true : throw UntrustedCertificate.Of((sender as SslStream)?.TargetHostName, certificate, chain, errors, settings);
        return handler;
    }

    private static X509ChainPolicy Trusting(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (FileNotFoundException)
        {
            throw CatalogException.NotFound($"SSL_CERT_FILE names {file}, and there is no such file");
        }
        catch (Exception e) when (e is CryptographicException || DiskFault.Is(e))
        {
            throw CatalogException.Failed($"SSL_CERT_FILE names {file}, which cannot be read as certificates in PEM form: {e.Message}", e);
        }
        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw CatalogException.Usage($"SSL_CERT_FILE names {file}, and there is no certificate in it (PEM form, -----BEGIN CERTIFICATE-----)");
    }
}
