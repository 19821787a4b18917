using System.Net;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Guarding;

public class BrowserGuardTests
{
    private static async Task<HttpStatusCode> GetAsync(RunningGateway gateway, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(gateway, HttpMethod.Get, headers);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.True(response.Headers.Contains("x-request-id"));
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningGateway gateway, HttpMethod method, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, "/v1/models");
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "192.168.1.5:8080")]
    public async Task A_foreign_web_page_is_refused(string header, string value)
    {
        await using var gateway = await RunningGateway.StartAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(gateway, (header, value)));
    }

    [Fact]
    public async Task Programs_and_the_servers_own_pages_and_followed_links_are_welcome()
    {
        await using var gateway = await RunningGateway.StartAsync();
        Assert.Equal(HttpStatusCode.OK, await GetAsync(gateway));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(gateway, ("Origin", $"http://{gateway.Address.Authority}"), ("Sec-Fetch-Site", "same-origin")));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(gateway, ("Host", $"localhost:{gateway.Address.Port}")));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(gateway, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")));
    }

    [Theory]
    [InlineData("host.docker.internal:8080", HttpStatusCode.OK)]
    [InlineData("HOST.docker.internal", HttpStatusCode.OK)]
    [InlineData("a.b.example.org", HttpStatusCode.OK)]
    [InlineData("example.org", HttpStatusCode.Forbidden)]
    [InlineData("badexample.org", HttpStatusCode.Forbidden)]
    [InlineData("host.docker.internal.evil.example", HttpStatusCode.Forbidden)]
    public async Task The_owner_can_allow_further_hosts(string host, HttpStatusCode expected)
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { AllowedHosts = ["host.docker.internal", "*.example.org"] });
        Assert.Equal(expected, await GetAsync(gateway, ("Host", host)));
    }

    [Fact]
    public async Task A_server_for_others_knows_its_addresses_and_its_machines_name_and_no_other()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Addresses = [IPAddress.Any], Key = new ApiKey("k") });
        foreach (var host in new[] { "192.168.1.5:8080", "[fd00::1]", "localhost", Dns.GetHostName() })
            Assert.Equal(HttpStatusCode.OK, await GetAsync(gateway, ("Host", host), ("x-api-key", "k")));
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(gateway, ("Host", "evil.example"), ("x-api-key", "k")));
    }

    [Fact]
    public async Task The_owner_can_allow_origins_and_their_pages_get_what_browsers_ask_for()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { AllowedOrigins = ["https://chat.example.org"], Key = new ApiKey("k") });
        using var preflight = await SendAsync(gateway, HttpMethod.Options, ("Origin", "https://chat.example.org"), ("Sec-Fetch-Site", "cross-site"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"));
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal("https://chat.example.org", preflight.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("authorization", preflight.Headers.GetValues("Access-Control-Allow-Headers").Single());
        using var answer = await SendAsync(gateway, HttpMethod.Get, ("Origin", "https://chat.example.org"), ("Sec-Fetch-Site", "cross-site"), ("Authorization", "Bearer k"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("https://chat.example.org", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        using var unkeyed = await SendAsync(gateway, HttpMethod.Get, ("Origin", "https://chat.example.org"));
        Assert.Equal(HttpStatusCode.Unauthorized, unkeyed.StatusCode);
        Assert.True(unkeyed.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(gateway, ("Origin", "https://chat.example.org.evil.example")));
    }
}
