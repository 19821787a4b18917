using System.Net;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Hosting;

public class ShutdownTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_not_ready_at_once_takes_nothing_new_and_lets_what_is_under_way_finish()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { ShutdownTimeout = Patience });
        var (inside, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        gateway.Model.Before = (index, _) =>
        {
            inside.TrySetResult();
            return index < 1 ? Task.CompletedTask : release.Task;
        };
        var streams = new[] { Dialect.OpenAi, Dialect.Anthropic, Dialect.Ollama }.Select(dialect => TextAsync(gateway, dialect)).ToList();
        await inside.Task.WaitAsync(Patience, Cancel);
        while (gateway.Model.Calls.Count < 3)
            await Task.Delay(10, Cancel);
        var stopping = gateway.StopAsync();
        using var ready = await gateway.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), Cancel);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stopping\n"), (ready.StatusCode, await ready.Content.ReadAsStringAsync(Cancel)));
        Assert.Equal("alive\n", await gateway.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative), Cancel));
        using var late = await gateway.Http.PostAsync(new Uri(Dialect.OpenAi.Path, UriKind.Relative), RunningGateway.Json(Dialect.OpenAi.Whole), Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, late.StatusCode);
        Assert.Equal("5", late.Headers.GetValues("Retry-After").Single());
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        var texts = await Task.WhenAll(streams).WaitAsync(Patience, Cancel);
        Assert.EndsWith("[DONE]\n\n", texts[0], StringComparison.Ordinal);
        Assert.Contains("message_stop", texts[1], StringComparison.Ordinal);
        Assert.Contains("\"done\":true", texts[2], StringComparison.Ordinal);
        await stopping.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task What_does_not_finish_in_time_is_told_the_reason_in_its_dialects_words()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        gateway.Model.Before = (index, cancel) => index < 1 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, cancel);
        var dialects = new[] { Dialect.OpenAi, Dialect.Anthropic, Dialect.Ollama };
        var streams = dialects.Select(dialect => TextAsync(gateway, dialect)).ToList();
        while (gateway.Model.Calls.Count < 3)
            await Task.Delay(10, Cancel);
        await gateway.StopAsync().WaitAsync(Patience, Cancel);
        var texts = await Task.WhenAll(streams).WaitAsync(Patience, Cancel);
        for (var i = 0; i < dialects.Length; i++)
        {
            Assert.Equal("stopping", dialects[i].CodeOf(dialects[i].LastOf(texts[i])));
            Assert.DoesNotContain("[DONE]", texts[i], StringComparison.Ordinal);
        }
    }

    private static async Task<string> TextAsync(RunningGateway gateway, Dialect dialect)
    {
        using var response = await gateway.Http.PostAsync(new Uri(dialect.Path, UriKind.Relative), RunningGateway.Json(dialect.Streamed), Cancel);
        return await response.Content.ReadAsStringAsync(Cancel);
    }
}
