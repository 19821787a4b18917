using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Freehold.Commands;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Serving;
using Freehold.Hosting;

namespace Freehold.Tests.Hosting;

public sealed class TlsTests : IDisposable
{
    private static readonly IModelDirectory Nothing = new FixedModelDirectory([]);
    private readonly string _folder = Directory.CreateTempSubdirectory("freehold-tls-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A certificate for 127.0.0.1 that vouches for itself, and its key.</summary>
    private (string Certificate, string Key) Make(string name, int days = 1, string? password = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=freehold", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(days));
        var (certificateFile, keyFile) = (Path.Combine(_folder, name + ".crt"), Path.Combine(_folder, name + ".key"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        return (certificateFile, keyFile);
    }

    private static HttpClient Trusting(string certificateFile)
    {
        var trusted = X509Certificate2.CreateFromPem(File.ReadAllText(certificateFile));
        return new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && shown.GetCertHashString() == trusted.GetCertHashString() },
        });
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_certificate_and_its_key_serve_both_versions_of_HTTP_and_the_key_of_the_API_still_counts(string version)
    {
        var files = Make("good");
        using var error = new StringWriter();
        await using var server = await ModelServer.StartAsync(new ServerSettings("0.0.0.0", 0) { Tls = files, Key = new ApiKey("k") }, Nothing, error, Cancel);
        Assert.Equal("https", server.Url.Scheme);
        using var http = Trusting(files.Certificate);
        foreach (var (key, status) in new[] { ("k", HttpStatusCode.OK), ("wrong", HttpStatusCode.Unauthorized) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"https://127.0.0.1:{server.Url.Port}/v1/models"))
            {
                Version = Version.Parse(version),
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Headers = { { "Authorization", "Bearer " + key } },
            };
            using var answer = await http.SendAsync(request, Cancel);
            Assert.Equal((status, Version.Parse(version)), (answer.StatusCode, answer.Version));
        }
        await server.DisposeAsync(); // the log is written by then
        Assert.DoesNotContain("travel in clear", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_to_new_connections_and_what_cannot_serve_is_told_once()
    {
        var (files, renewed, other) = (Make("good"), Make("renewed", days: 9), Make("other"));
        using var error = new StringWriter();
        await using var server = await ModelServer.StartAsync(new ServerSettings("127.0.0.1", 0) { Tls = files }, Nothing, error, Cancel);
        var before = Path.Combine(_folder, "before.crt");
        File.Copy(files.Certificate, before);
        using var old = Trusting(before);
        async Task ShowsAsync(string certificate)
        {
            using var http = Trusting(certificate);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(server.Url, "/health/live"), Cancel)).StatusCode);
        }
        await ShowsAsync(before);
        Assert.Equal(HttpStatusCode.OK, (await old.GetAsync(new Uri(server.Url, "/health/live"), Cancel)).StatusCode);

        server.Renewal!.Look();
        File.Copy(renewed.Certificate, files.Certificate, overwrite: true); // and its key not yet
        for (var looks = 0; looks < 3; looks++)
            server.Renewal!.Look();
        await ShowsAsync(before);
        File.Copy(renewed.Key, files.Key, overwrite: true);
        server.Renewal!.Look();
        await ShowsAsync(renewed.Certificate);
        Assert.Equal(HttpStatusCode.OK, (await old.GetAsync(new Uri(server.Url, "/health/live"), Cancel)).StatusCode); // over the connection that it has

        File.Delete(files.Key);
        server.Renewal!.Look();
        server.Renewal!.Look();
        await ShowsAsync(renewed.Certificate);
        foreach (var (from, to) in new[] { (other.Certificate, files.Certificate), (other.Key, files.Key) })
            File.Copy(from, to, overwrite: true);
        server.Renewal!.Look();
        await ShowsAsync(other.Certificate);
        await server.DisposeAsync(); // the log is written by then
        var told = error.ToString().Split('\n');
        Assert.Single(told, line => line.Contains("made together", StringComparison.Ordinal));
        Assert.Single(told, line => line.Contains("there is no file", StringComparison.Ordinal));
        Assert.Equal(2, told.Count(line => line.Contains("the certificate was renewed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_stands_between_the_certificate_and_its_authority_is_sent_along()
    {
        static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
        {
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
            return request;
        }
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256), betweenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256), ownKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Request("root", rootKey, true).CreateSelfSigned(from, to);
        using var between = Request("between", betweenKey, true).Create(root, from, to, [1]).CopyWithPrivateKey(betweenKey);
        var request = Request("freehold", ownKey, false);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var own = request.Create(between, from, to, [2]);
        var files = (Certificate: Path.Combine(_folder, "chain.crt"), Key: Path.Combine(_folder, "chain.key"));
        await File.WriteAllTextAsync(files.Certificate, own.ExportCertificatePem() + "\n" + between.ExportCertificatePem(), Cancel);
        await File.WriteAllTextAsync(files.Key, ownKey.ExportPkcs8PrivateKeyPem(), Cancel);

        await using var server = await ModelServer.StartAsync(new ServerSettings("127.0.0.1", 0) { Tls = files }, Nothing, TextWriter.Null, Cancel);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
            },
        });
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(server.Url, "/health/live"), Cancel)).StatusCode);
    }

    [Fact]
    public async Task Files_that_cannot_serve_are_named_with_what_to_do()
    {
        var (good, other, expired, locked) = (Make("good"), Make("other"), Make("expired", days: -1), Make("locked", password: "x"));
        var text = Path.Combine(_folder, "text");
        File.WriteAllText(text, "not PEM");
        foreach (var (certificate, key, message) in new[]
        {
            (good.Certificate, other.Key, "made together"),
            (expired.Certificate, expired.Key, "Renew it"),
            (locked.Certificate, locked.Key, "openssl pkey"),
            (text, good.Key, "holds no certificate"),
            (good.Certificate, text, "not a certificate and its key"),
        })
        {
            var refused = await Assert.ThrowsAsync<CommandException>(() => ModelServer.StartAsync(new ServerSettings("127.0.0.1", 0) { Tls = (certificate, key) }, Nothing, TextWriter.Null, Cancel));
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        }
    }
}
