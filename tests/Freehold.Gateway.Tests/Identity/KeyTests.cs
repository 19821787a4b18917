using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Identity;

public class KeyTests
{
    private static Task<RunningGateway> KeyedAsync() => RunningGateway.StartAsync(options => options with { Key = new ApiKey("right-key") });

    private static async Task<HttpResponseMessage> GetAsync(RunningGateway gateway, string path, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is not null)
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));
        return await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("Authorization", "Bearer right-key")]
    [InlineData("Authorization", "bearer right-key")]
    [InlineData("x-api-key", "right-key")]
    public async Task The_key_opens_every_path_in_either_header(string header, string value)
    {
        await using var gateway = await KeyedAsync();
        foreach (var path in new[] { "/v1/models", "/metrics" })
        {
            using var response = await GetAsync(gateway, path, header, value);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Theory]
    [InlineData(null, null, "missing_api_key")]
    [InlineData("Authorization", "Basic cmlnaHQta2V5", "missing_api_key")]
    [InlineData("Authorization", "Bearer", "missing_api_key")]
    [InlineData("Authorization", "Bearer right-key2", "invalid_api_key")]
    [InlineData("Authorization", "Bearer right-ke", "invalid_api_key")]
    [InlineData("Authorization", "Bearer RIGHT-KEY", "invalid_api_key")]
    [InlineData("x-api-key", "wrong", "invalid_api_key")]
    public async Task Without_the_right_key_nothing_but_health_and_the_front_door_answers(string? header, string? value, string code)
    {
        await using var gateway = await KeyedAsync();
        foreach (var path in new[] { "/v1/models", "/metrics", "/v1/nothing", "/healthy" })
        {
            using var response = await GetAsync(gateway, path, header, value);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
            Assert.StartsWith("req_", response.Headers.GetValues("x-request-id").Single(), StringComparison.Ordinal);
            var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
            Assert.Equal(code, (string)error["code"]!);
            Assert.Equal("authentication_error", (string)error["type"]!);
            Assert.DoesNotContain("right-key", error.ToJsonString(), StringComparison.Ordinal);
        }
        foreach (var path in new[] { "/health/live", "/health/ready", "/" })
        {
            using var response = await GetAsync(gateway, path, header, value);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_body_is_not_read_for_who_has_no_key()
    {
        await using var gateway = await KeyedAsync();
        var (status, _) = await gateway.PostAsync("/v1/chat/completions", "{ this is no JSON");
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Empty(gateway.Model.Calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("ключ")]
    [InlineData("line\nbreak")]
    public void A_key_that_no_header_can_carry_is_refused(string key) => Assert.Throws<ArgumentException>(() => new ApiKey(key));

    [Fact]
    public void A_gateway_without_a_key_does_not_listen_beyond_this_machine() =>
        Assert.Throws<ArgumentException>(() => GatewayHost.Create(new GatewayOptions { Addresses = [IPAddress.Any], Ports = [0] }, new FixedModelDirectory([])));
}
