using System.Net;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Lifecycle;

/// <summary>Requests whose model is not loaded yet, in every dialect.</summary>
public class LoadingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Streams => new()
    {
        { "/v1/chat/completions", """{"model":"parrot","messages":[{"role":"user","content":"x"}],"stream":true}""", "\"delta\":{\"content\":\"\"}" },
        { "/v1/completions", """{"model":"parrot","prompt":"x","stream":true}""", "\"text\":\"\"" },
        { "/v1/messages", """{"model":"parrot","max_tokens":9,"messages":[{"role":"user","content":"x"}],"stream":true}""", "event: ping" },
        { "/v1/responses", """{"model":"parrot","input":"x","stream":true,"store":false}""", "event: response.in_progress" },
        { "/api/chat", """{"model":"parrot","messages":[{"role":"user","content":"x"}]}""", "\"content\":\"\"" },
        { "/api/generate", """{"model":"parrot","prompt":"x"}""", "\"response\":\"\"" },
    };

    private static async Task<(SlowDirectory Directory, RunningGateway Gateway)> StartAsync()
    {
        SlowDirectory? directory = null;
        var gateway = await RunningGateway.StartAsync(options => options with { Clock = new HastyClock(), SlowReaderTimeout = HastyClock.Never }, lead: models => directory = new SlowDirectory(models));
        return (directory!, gateway);
    }

    private static async Task<string> ReadAsync(RunningGateway gateway, string path, string request)
    {
        using var response = await gateway.Http.PostAsync(new Uri(path, UriKind.Relative), RunningGateway.Json(request), Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    [Theory, MemberData(nameof(Streams))]
    public async Task A_stream_whose_model_takes_long_to_load_says_so_every_ten_seconds_and_then_answers(string path, string request, string noNews)
    {
        var (directory, gateway) = await StartAsync();
        await using var _ = gateway;
        var straight = await ReadAsync(gateway, path, request);
        directory.Load = cancel => Task.Delay(TimeSpan.FromMilliseconds(300), cancel);
        var waited = await ReadAsync(gateway, path, request);
        Assert.True(waited.Split(noNews).Length > straight.Split(noNews).Length + 2, waited);
        foreach (var token in new[] { "Pa", "ris", "." })
            Assert.Contains($"\"{token}\"", waited, StringComparison.Ordinal);
        Assert.Equal(straight.Split('\n')[^3..][0][..4], waited.Split('\n')[^3..][0][..4]); // both end alike
        Assert.Equal(0, directory.Held);
    }

    [Theory, MemberData(nameof(Streams))]
    public async Task A_load_that_fails_after_the_stream_has_begun_is_told_inside_it_with_the_reason(string path, string request, string noNews)
    {
        var (directory, gateway) = await StartAsync();
        await using var _ = gateway;
        directory.Load = async cancel =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300), cancel);
            throw new RefusedException(new Refusal(503, "model_load_failed", "model", "its header is damaged"));
        };
        var body = await ReadAsync(gateway, path, request);
        Assert.Contains(noNews, body, StringComparison.Ordinal);
        Assert.Contains("its header is damaged", body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"done\":true", body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Streams))]
    public async Task A_load_that_fails_at_once_has_its_own_status(string path, string request, string noNews)
    {
        var (directory, gateway) = await StartAsync();
        await using var _ = gateway;
        directory.Load = _ => throw new RefusedException(new Refusal(507, "model_does_not_fit", "model", "too large"));
        using var response = await gateway.Http.PostAsync(new Uri(path, UriKind.Relative), RunningGateway.Json(request), Cancel);
        Assert.Equal((HttpStatusCode)507, response.StatusCode);
        Assert.DoesNotContain(noNews, await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_its_wait_and_every_request_gives_its_model_back()
    {
        var (directory, gateway) = await StartAsync();
        await using var _ = gateway;
        var ended = new TaskCompletionSource();
        directory.Load = async cancel =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancel);
            }
            finally
            {
                ended.SetResult();
            }
        };
        using (var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel))
        {
            var asking = gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), RunningGateway.Json("""{"model":"parrot","messages":[{"role":"user","content":"x"}]}"""), leaving.Token);
            leaving.CancelAfter(100);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        directory.Load = _ => Task.CompletedTask;
        await gateway.PostAsync("/v1/embeddings", """{"model":"org/lengths","input":"x"}""");
        await gateway.PostAsync("/v1/chat/completions", """{"model":"parrot","messages":[{"role":"user","content":"x"}],"max_tokens":-1}""");
        Assert.Equal(0, directory.Held);
    }

    [Theory]
    [InlineData("300", 300)]
    [InlineData("-1", -1)]
    [InlineData("0", 0)]
    [InlineData("\"5m\"", 300)]
    [InlineData("\"1h30m\"", 5400)]
    [InlineData("\"-1s\"", -1)]
    [InlineData("\"1500ms\"", 1.5)]
    [InlineData("\"90\"", 90)]
    public async Task How_long_a_model_stays_is_read_as_Ollama_writes_it(string written, double seconds)
    {
        var (directory, gateway) = await StartAsync();
        await using var _ = gateway;
        await gateway.LinesAsync("/api/generate", $$"""{"model":"parrot","prompt":"x","keep_alive":{{written}}}""");
        await gateway.PostAsync("/api/embed", $$"""{"model":"org/lengths","input":"x","keep_alive":{{written}}}""");
        TimeSpan? expected = seconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds);
        Assert.Equal([expected, expected], directory.KeptAlive);
    }

    [Theory]
    [InlineData("\"soon\"")]
    [InlineData("\"5 m\"")]
    [InlineData("\"\"")]
    [InlineData("true")]
    public async Task What_is_no_time_is_refused(string written)
    {
        var (_, gateway) = await StartAsync();
        await using var _ = gateway;
        var (status, body) = await gateway.PostAsync("/api/generate", $$"""{"model":"parrot","prompt":"x","keep_alive":{{written}}}""");
        Assert.Equal((HttpStatusCode.BadRequest, "keep_alive"), (status, (string)body["param"]!));
    }
}
