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
