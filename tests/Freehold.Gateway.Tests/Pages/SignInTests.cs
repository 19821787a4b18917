using System.Net;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Pages;

/// <summary>A browser shows the key once; its session opens no door to pages of others.</summary>
public class SignInTests
{
    private sealed class StoppedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningGateway gateway, HttpMethod method, string path, string? cookie = null, string? body = null, params (string Name, string Value)[] headers)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        using var http = new HttpClient(handler) { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : RunningGateway.Json(body) };
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static Task<RunningGateway> StartAsync(TimeProvider? clock = null) =>
        RunningGateway.StartAsync(options => options with { Key = new ApiKey("right"), Clock = clock ?? TimeProvider.System }, pages: true);

    private static async Task<string> SignInAsync(RunningGateway gateway)
    {
        using var answer = await SendAsync(gateway, HttpMethod.Post, "/sign-in", body: """{"key":"right"}""", headers: ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    [Fact]
    public async Task The_key_becomes_a_cookie_that_no_script_reads_and_no_other_site_sends()
    {
        await using var gateway = await StartAsync();
        using var answer = await SendAsync(gateway, HttpMethod.Post, "/sign-in", body: """{"key":" right\n"}""");
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.Matches("^freehold_session=[0-9a-f]{64}; max-age=604800; path=/; samesite=strict; httponly$", cookie);
        foreach (var body in new[] { """{"key":"wrong"}""", """{"key":""}""", "{}", """{"key":7}""", "[]", "x" })
        {
            using var refused = await SendAsync(gateway, HttpMethod.Post, "/sign-in", body: body);
            Assert.False(refused.IsSuccessStatusCode);
            Assert.False(refused.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task A_session_opens_the_API_to_this_servers_own_pages_alone()
    {
        await using var gateway = await StartAsync();
        var cookie = await SignInAsync(gateway);
        async Task<HttpStatusCode> PostAsync(params (string, string)[] headers)
        {
            using var answer = await SendAsync(gateway, HttpMethod.Post, "/v1/chat/completions", cookie, """{"model":"parrot","messages":[{"role":"user","content":"x"}]}""", headers);
            return answer.StatusCode;
        }
        Assert.Equal(HttpStatusCode.OK, await PostAsync(("Sec-Fetch-Site", "same-origin")));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(("Origin", $"http://{gateway.Address.Authority}"))); // a browser without TLS
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync()); // nothing says where it comes from
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(("Sec-Fetch-Site", "none")));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(("Sec-Fetch-Site", "same-site")));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(("Origin", "http://127.0.0.1:1")));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(("Origin", "null")));
    }

    [Fact]
    public async Task An_origin_that_may_use_the_API_may_not_use_its_readers_session()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Key = new ApiKey("right"), AllowedOrigins = ["https://chat.example.org"] }, pages: true);
        var cookie = await SignInAsync(gateway);
        using var answer = await SendAsync(gateway, HttpMethod.Get, "/v1/models", cookie, headers: [("Origin", "https://chat.example.org"), ("Sec-Fetch-Site", "same-site")]);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Pages_lead_to_the_form_and_live_connections_are_refused_until_the_key_was_shown()
    {
        await using var gateway = await StartAsync();
        using var page = await SendAsync(gateway, HttpMethod.Get, "/models", headers: ("Accept", "text/html"));
        Assert.Equal((HttpStatusCode.SeeOther, "/sign-in"), (page.StatusCode, page.Headers.Location?.ToString()));
        using var connection = await SendAsync(gateway, HttpMethod.Post, "/_blazor/negotiate", body: "");
        Assert.Equal(HttpStatusCode.Unauthorized, connection.StatusCode);
        var cookie = await SignInAsync(gateway);
        using var seen = await SendAsync(gateway, HttpMethod.Get, "/models", cookie, headers: ("Accept", "text/html"));
        Assert.Equal("a page", await seen.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var foreign = await SendAsync(gateway, HttpMethod.Get, "/_blazor", cookie, headers: ("Origin", "http://127.0.0.1:1"));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
    }

    [Fact]
    public async Task A_session_ends_when_its_reader_leaves_or_stays_away()
    {
        var clock = new StoppedClock();
        await using var gateway = await StartAsync(clock);
        async Task<HttpStatusCode> AskAsync(string cookie)
        {
            using var answer = await SendAsync(gateway, HttpMethod.Get, "/v1/models", cookie, headers: ("Sec-Fetch-Site", "same-origin"));
            return answer.StatusCode;
        }
        var (leaves, stays) = (await SignInAsync(gateway), await SignInAsync(gateway));
        using (var left = await SendAsync(gateway, HttpMethod.Post, "/sign-out", leaves, headers: ("Sec-Fetch-Site", "same-origin")))
            Assert.Contains("expires=Thu, 01 Jan 1970", left.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(leaves));
        clock.Now += TimeSpan.FromDays(6);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(stays));
        clock.Now += TimeSpan.FromDays(6);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(stays));
        clock.Now += TimeSpan.FromDays(8);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(stays));
    }

    [Fact]
    public async Task Pages_take_nothing_from_the_APIs_paths_and_say_what_browsers_must_not_do()
    {
        await using var gateway = await RunningGateway.StartAsync(pages: true);
        using var head = await SendAsync(gateway, HttpMethod.Head, "/");
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        using var ollama = await SendAsync(gateway, HttpMethod.Get, "/", headers: ("Accept", "*/*"));
        Assert.Equal("Ollama is running", await ollama.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var models = await SendAsync(gateway, HttpMethod.Get, "/v1/models", headers: ("Accept", "text/html"));
        Assert.Equal("application/json", models.Content.Headers.ContentType?.MediaType);
        using var page = await SendAsync(gateway, HttpMethod.Get, "/", headers: ("Accept", "text/html,application/xhtml+xml"));
        Assert.Equal("a page", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        foreach (var part in new[] { "default-src 'none'", "script-src 'self';", "connect-src 'self'", "frame-ancestors 'none'" })
            Assert.Contains(part, policy, StringComparison.Ordinal);
        Assert.Equal("no-referrer", page.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("DENY", page.Headers.GetValues("X-Frame-Options").Single());
    }
}
