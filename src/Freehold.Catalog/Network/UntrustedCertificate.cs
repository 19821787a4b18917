using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Freehold.Catalog.Network;

/// <summary>A server's certificate that nobody trusted here vouches for: a proxy that inspects TLS, or somebody who should not be there. Trying again mends nothing.</summary>
internal sealed class UntrustedCertificate(string message) : AuthenticationException(message)
{
    /// <summary>Says who signed, why that is not trusted, and what to do.</summary>
    public static UntrustedCertificate Of(string? host, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, NetworkSettings settings)
    {
        host = string.IsNullOrEmpty(host) ? "the server" : host;
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return new UntrustedCertificate($"{host} shows no certificate; it cannot be told from somebody else");
        var states = chain is null ? [] : chain.ChainStatus.Select(s => s.Status).ToList();
        if (states.Contains(X509ChainStatusFlags.NotTimeValid))
            return new UntrustedCertificate($"the certificate of {host} (issued by {certificate.Issuer}) is not valid at this time; is this machine's clock right?");
        if (errors == SslPolicyErrors.RemoteCertificateNameMismatch)
            return new UntrustedCertificate($"the certificate shown for {host} is that of {certificate.Subject}; something between answers in its place, or the address is wrong");
        var proxy = settings.HttpsProxy is { } used ? $", perhaps the proxy {NetworkSettings.Shown(used)}," : "";
        var trusted = settings.CertificateFile is { } file ? $"none of the authorities in SSL_CERT_FILE ({file})" : "none of this system's authorities";
        return new UntrustedCertificate(
            $"the certificate shown for {host} was issued by '{certificate.Issuer}', and {trusted} vouches for that. If your site inspects TLS, something between{proxy} signs with the site's own authority: "
            + "get that authority's certificate (PEM) from your administrators, put it into one file with the public ones (on Debian /etc/ssl/certs/ca-certificates.crt), and set SSL_CERT_FILE to that file. If it does not, somebody else is listening: do not go on");
    }

    /// <summary>Finds it in what a transport threw.</summary>
    public static UntrustedCertificate? In(Exception? thrown)
    {
        for (var e = thrown; e is not null; e = e.InnerException)
        {
            if (e is UntrustedCertificate found)
                return found;
        }
        return null;
    }
}
