using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Hosting;

/// <summary>What is too large is refused in the words of the dialect that was spoken.</summary>
public class LimitTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Dialects => [nameof(Dialect.OpenAi), nameof(Dialect.Anthropic), nameof(Dialect.Ollama)];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_body_over_the_limit_is_413(string name)
    {
        var dialect = Dialect.Named(name);
        await using var gateway = await RunningGateway.StartAsync(options => options with { MaxRequestBytes = 1000 });
        var (status, body) = await gateway.PostAsync(dialect.Path, dialect.Body + ",\"user\":\"" + new string('x', 1000) + "\"}");
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (status, dialect.CodeOf(body)));
        // The connection is of no use any more, the server is.
        Assert.Equal(HttpStatusCode.OK, (await gateway.PostAsync(dialect.Path, dialect.Whole)).Status);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_body_without_a_length_is_cut_at_the_limit_too(string name)
    {
        var dialect = Dialect.Named(name);
        await using var gateway = await RunningGateway.StartAsync(options => options with { MaxRequestBytes = 1000 });
        using var request = new HttpRequestMessage(HttpMethod.Post, dialect.Path) { Content = RunningGateway.Json(new string(' ', 5000) + dialect.Whole), Headers = { TransferEncodingChunked = true } };
        using var response = await gateway.Http.SendAsync(request, Cancel);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (response.StatusCode, dialect.CodeOf(JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!)));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Headers_over_the_limit_are_431(string name)
    {
        var dialect = Dialect.Named(name);
        await using var gateway = await RunningGateway.StartAsync();
        foreach (var headers in new Action<HttpRequestMessage>[] { r => r.Headers.Add("x-long", new string('x', 33 << 10)), r => { for (var i = 0; i < 120; i++) r.Headers.Add($"x-{i}", "y"); } })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, dialect.Path) { Content = RunningGateway.Json(dialect.Whole) };
            headers(request);
            using var response = await gateway.Http.SendAsync(request, Cancel);
            Assert.Equal((HttpStatusCode.RequestHeaderFieldsTooLarge, "headers_too_large"), (response.StatusCode, dialect.CodeOf(JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!)));
        }
        using var huge = new HttpRequestMessage(HttpMethod.Post, dialect.Path) { Content = RunningGateway.Json(dialect.Whole) };
        huge.Headers.Add("x-long", new string('x', 100 << 10));
        using var refused = await gateway.Http.SendAsync(huge, Cancel);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, refused.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task JSON_nested_deeper_than_is_read_is_refused(string name)
    {
        var dialect = Dialect.Named(name);
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync(dialect.Path, dialect.Body + ",\"x\":" + new string('[', 100_000));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_json"), (status, dialect.CodeOf(body)));
        Assert.Contains("depth", body.ToJsonString(), StringComparison.Ordinal);
    }
}
