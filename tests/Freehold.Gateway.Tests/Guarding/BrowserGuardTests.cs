using System.Net;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Guarding;

public class BrowserGuardTests
{
    private static async Task<HttpStatusCode> GetAsync(RunningGateway gateway, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        using var response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.True(response.Headers.Contains("x-request-id"));
        return response.StatusCode;
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
}
