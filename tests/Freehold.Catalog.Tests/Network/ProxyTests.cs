using System.Text;
using Freehold.Catalog.Network;
using Freehold.Catalog.Tests.Servers;

namespace Freehold.Catalog.Tests.Network;

public sealed class ProxyTests : IDisposable
{
    private static readonly byte[] Content = SampleModel.Bytes(150_000);
    private readonly Bench _bench = new();
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => _bench.Dispose();

    private Task PullAsync(string from)
    {
        _environment["FREEHOLD_DATA"] = _bench.Home;
        _bench.Settings = CatalogSettings.Read(_environment.GetValueOrDefault);
        return _bench.PullAsync(from);
    }

    private async Task<CatalogException> FailureAsync(string from) => await Assert.ThrowsAsync<CatalogException>(() => PullAsync(from));

    private static UnrulyServer Server() => new(r => UnrulyServer.Serve(r, Content, "\"a\""));

    [Fact]
    public async Task A_pull_goes_through_HTTPS_PROXY_and_trusts_the_authorities_of_SSL_CERT_FILE()
    {
        await using var server = Server();
        await using var proxy = new SiteProxy(server.Address);
        _environment["HTTPS_PROXY"] = $"http://{proxy.Address}";
        _environment["SSL_CERT_FILE"] = _bench.Write("site.pem", proxy.AuthorityPem);
        await PullAsync("https://models.example/m.gguf");
        Assert.Equal(Content, _bench.Stored("m"));
        Assert.All(proxy.Connects, c => Assert.StartsWith("CONNECT models.example:443 ", c, StringComparison.Ordinal));
        Assert.NotEmpty(proxy.Connects);
    }

    [Fact]
    public async Task A_proxy_that_inspects_TLS_is_told_at_once_with_its_authority_and_what_to_do()
    {
        await using var server = Server();
        await using var proxy = new SiteProxy(server.Address);
        _environment["HTTPS_PROXY"] = proxy.Address;
        var failure = await FailureAsync("https://models.example/m.gguf");
        Assert.Equal(CatalogFailure.Refused, failure.Failure);
        Assert.Contains("The Ministry's Inspecting Authority", failure.Message, StringComparison.Ordinal);
        Assert.Contains("set SSL_CERT_FILE", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"the proxy http://{proxy.Address}", failure.Message, StringComparison.Ordinal);
        Assert.Single(proxy.Connects);
        Assert.Empty(server.Requests);

        // Authorities of another site do not help either, and the file is named.
        await using var other = new SiteProxy(server.Address);
        _environment["SSL_CERT_FILE"] = _bench.Write("other.pem", other.AuthorityPem);
        Assert.Contains("other.pem", (await FailureAsync("https://models.example/m.gguf")).Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task The_token_goes_through_the_tunnel_to_the_hub_and_never_to_the_proxy()
    {
        var listing = """[{"type":"file","path":"m-Q8_0.gguf","size":150000,"oid":"x"}]""";
        await using var server = new UnrulyServer(r => r.Path.Contains("/tree/", StringComparison.Ordinal) ? new ServerReply(200, Encoding.UTF8.GetBytes(listing)) : UnrulyServer.Serve(r, Content, "\"a\""));
        await using var proxy = new SiteProxy(server.Address);
        _environment["HTTPS_PROXY"] = proxy.Address;
        _environment["SSL_CERT_FILE"] = _bench.Write("site.pem", proxy.AuthorityPem);
        _environment["HF_ENDPOINT"] = "https://hub.example";
        _environment["HF_TOKEN"] = "hf_secret";
        await PullAsync("hf:owner/m");
        Assert.Equal(Content, _bench.Stored("owner/m:Q8_0"));
        Assert.All(server.Requests, r => Assert.Equal("Bearer hf_secret", r.Header("Authorization")));
        Assert.All(proxy.Connects, c => Assert.DoesNotContain("hf_secret", c, StringComparison.Ordinal));
    }

    [Fact]
    public async Task User_and_password_of_the_proxy_are_given_when_it_asks_and_shown_to_nobody()
    {
        await using var server = Server();
        var expected = "Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("anna:geh@im"));
        await using var proxy = new SiteProxy(server.Address, head => head.Contains(expected, StringComparison.Ordinal) ? 200 : 407);
        _environment["SSL_CERT_FILE"] = _bench.Write("site.pem", proxy.AuthorityPem);
        _environment["HTTPS_PROXY"] = $"http://anna:geh%40im@{proxy.Address}";
        await PullAsync("https://models.example/m.gguf");
        Assert.Equal(Content, _bench.Stored("m"));

        _environment["HTTPS_PROXY"] = $"http://anna:wrong@{proxy.Address}";
        var failure = await FailureAsync("https://models.example/n.gguf");
        Assert.Equal(CatalogFailure.Refused, failure.Failure);
        Assert.Contains("HTTPS_PROXY", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", failure.Message + _bench.Notes.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_forbids_a_host_is_told_without_trying_again()
    {
        await using var server = Server();
        await using var proxy = new SiteProxy(server.Address, _ => 403);
        _environment["HTTPS_PROXY"] = proxy.Address;
        var failure = await FailureAsync("https://models.example/m.gguf");
        Assert.Equal(CatalogFailure.Refused, failure.Failure);
        Assert.Contains("NO_PROXY", failure.Message, StringComparison.Ordinal);
        Assert.Single(proxy.Connects);
    }

    [Fact]
    public async Task Plain_http_goes_to_HTTP_PROXY_whole_and_past_it_where_NO_PROXY_says_so()
    {
        await using var server = Server();
        _environment["http_proxy"] = server.Address.Authority;
        await PullAsync("http://models.example/m.gguf");
        Assert.Equal(Content, _bench.Stored("m"));
        Assert.All(server.Requests, r => Assert.Equal("http://models.example/m.gguf", r.Path));

        _environment["NO_PROXY"] = "example";
        _bench.Limits = _bench.Limits with { Attempts = 1 };
        var before = server.Requests.Count;
        await FailureAsync("http://models.example/n.gguf");
        Assert.Equal(before, server.Requests.Count);
    }

    [Theory]
    [InlineData("", "https://huggingface.co/", false)]
    [InlineData("*", "https://huggingface.co/", true)]
    [InlineData("huggingface.co", "https://huggingface.co/", true)]
    [InlineData("huggingface.co", "https://cdn.huggingface.co/", true)]
    [InlineData(".huggingface.co", "https://huggingface.co/", true)]
    [InlineData("*.huggingface.co", "https://cdn.huggingface.co/", true)]
    [InlineData("face.co", "https://huggingface.co/", false)]
    [InlineData("a.example, HuggingFace.co", "https://huggingface.co./", true)]
    [InlineData("huggingface.co:8443", "https://huggingface.co/", false)]
    [InlineData("huggingface.co:8443", "https://huggingface.co:8443/", true)]
    [InlineData("10.0.0.0/8", "http://10.20.30.40/", true)]
    [InlineData("10.0.0.0/8", "http://11.20.30.40/", false)]
    [InlineData("10.0.0.1", "http://10.0.0.1:8000/", true)]
    [InlineData("fd00::/8", "http://[fd00::5]/", true)]
    [InlineData("0.0.1", "http://10.0.0.1/", false)]
    [InlineData("10.0.0.0/99", "http://10.0.0.1/", false)]
    [InlineData("", "http://localhost:8000/", true)]
    [InlineData("", "http://127.0.0.1/", true)]
    [InlineData("", "http://[::1]/", true)]
    public void NO_PROXY_is_read_as_curl_reads_it(string list, string address, bool covered) =>
        Assert.Equal(covered, new ProxyBypass(list).Covers(new Uri(address)));

    [Theory]
    [InlineData("ftp://proxy:3128")]
    [InlineData("http://")]
    public async Task A_proxy_that_is_none_is_wrong_usage_and_its_password_is_not_shown(string proxy)
    {
        _environment["HTTPS_PROXY"] = proxy.Replace("://", "://user:secret@", StringComparison.Ordinal);
        var failure = await FailureAsync("https://models.example/m.gguf");
        Assert.Equal(CatalogFailure.Usage, failure.Failure);
        Assert.Contains("HTTPS_PROXY", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_file_that_is_missing_or_empty_is_told_by_name()
    {
        _environment["SSL_CERT_FILE"] = Path.Combine(_bench.Folder, "missing.pem");
        Assert.Equal(CatalogFailure.NotFound, (await FailureAsync("https://models.example/m.gguf")).Failure);
        _environment["SSL_CERT_FILE"] = _bench.Write("empty.pem", "nothing"u8.ToArray());
        Assert.Contains("empty.pem", (await FailureAsync("https://models.example/m.gguf")).Message, StringComparison.Ordinal);
    }
}
