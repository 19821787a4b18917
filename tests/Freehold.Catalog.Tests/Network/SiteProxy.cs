using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Freehold.Catalog.Tests.Network;

/// <summary>
/// A proxy on loopback that understands CONNECT. Whatever host is asked for, it answers TLS in its place with a certificate of its own authority (as proxies do that
/// inspect TLS) and passes the plain bytes on to one server.
/// </summary>
internal sealed class SiteProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly X509Certificate2 _authority;
    private readonly Uri _server;
    private readonly Func<string, int> _answer;
    private readonly Task _accepting;

    /// <summary>Starts it.</summary>
    /// <param name="server">Where the bytes go.</param>
    /// <param name="answer">The status for a CONNECT, whose head it is given.</param>
    public SiteProxy(Uri server, Func<string, int>? answer = null)
    {
        _server = server;
        _answer = answer ?? (_ => 200);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=The Ministry's Inspecting Authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The heads of the CONNECTs that came.</summary>
    public ConcurrentQueue<string> Connects { get; } = [];

    /// <summary>The authority's certificate, for SSL_CERT_FILE.</summary>
    public byte[] AuthorityPem => Encoding.ASCII.GetBytes(_authority.ExportCertificatePem() + "\n");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _authority.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (true)
                {
                    var head = await ReadHeadAsync(stream);
                    Connects.Enqueue(head);
                    var status = _answer(head);
                    var more = status == 407 ? "Proxy-Authenticate: Basic realm=\"site\"\r\nContent-Length: 0\r\n" : status == 200 ? "" : "Content-Length: 0\r\n";
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Status\r\n{more}\r\n"), _stop.Token);
                    if (status != 200)
                        continue;
                    await InspectAsync(stream, head.Split(' ')[1].Split(':')[0]);
                    return;
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
            {
            }
        }
    }

    private async Task InspectAsync(NetworkStream client, string host)
    {
        using var certificate = Issue(host);
        await using var tls = new SslStream(client);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stop.Token);
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(_server.Host, _server.Port, _stop.Token);
        var server = upstream.GetStream();
        await Task.WhenAny(tls.CopyToAsync(server, _stop.Token), server.CopyToAsync(tls, _stop.Token));
    }

    private X509Certificate2 Issue(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        using var whole = issued.CopyWithPrivateKey(key);
        // Windows' TLS takes no key that lives in memory alone.
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            head.Append((char)one[0]);
        }
        return head.ToString();
    }
}
