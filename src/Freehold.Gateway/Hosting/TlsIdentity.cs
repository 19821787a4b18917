using System.Net.Security;

namespace Freehold.Gateway.Hosting;

/// <summary>Who the server is to those who connect; its certificate may be replaced while it runs. Connections that are there already keep theirs. Safe from any thread.</summary>
public sealed class TlsIdentity
{
    private volatile Shown _shown;

    /// <summary>Begins with a certificate.</summary>
    public TlsIdentity(TlsCertificate certificate) => _shown = new Shown(certificate);

    /// <summary>What is shown to who connects now.</summary>
    public TlsCertificate Certificate => _shown.Certificate;

    /// <summary>Shows another from the next connection on.</summary>
    public void Replace(TlsCertificate certificate) => _shown = new Shown(certificate);

    internal SslServerAuthenticationOptions ForConnection() => new() { ServerCertificateContext = _shown.Context };

    private sealed class Shown(TlsCertificate certificate)
    {
        public TlsCertificate Certificate => certificate;

        /// <summary>Made offline: the chain is what the owner gave, and nobody is asked for more of it.</summary>
        public SslStreamCertificateContext Context { get; } = SslStreamCertificateContext.Create(certificate.Own, certificate.Chain, offline: true);
    }
}
