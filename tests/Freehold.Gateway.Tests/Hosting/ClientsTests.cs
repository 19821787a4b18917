using System.Net;
using System.Net.Sockets;
using System.Text;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Hosting;

/// <summary>Clients as they really are: they leave, dawdle, and come all at once.</summary>
public class ClientsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private const string Body = """{"model":"parrot","messages":[{"role":"user","content":"x"}],"stream":true}""";

    private static async Task<Socket> AskAsync(RunningGateway gateway, int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
            socket.ReceiveBufferSize = receiveBuffer;
        await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port, TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"), TestContext.Current.CancellationToken);
        return socket;
    }

    [Fact]
    public async Task A_client_that_cuts_off_ends_its_generation()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Before = (index, cancel) => index < 2 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, cancel);
        using (var socket = await AskAsync(gateway))
        {
            var buffer = new byte[4096];
            Assert.True(await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) > 0);
            socket.LingerState = new LingerOption(true, 0); // a reset, as when a program is killed
        }
        await gateway.Model.Cancelled.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_client_that_leaves_before_the_first_token_ends_its_generation()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var reached = new TaskCompletionSource();
        gateway.Model.Before = (_, cancel) =>
        {
            reached.TrySetResult();
            return Task.Delay(Timeout.Infinite, cancel);
        };
        using (var socket = await AskAsync(gateway))
            await reached.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await gateway.Model.Cancelled.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_reader_that_does_not_read_holds_nobody_else_up()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Tokens = _ => Enumerable.Range(0, 300).Select(i => $"{i} " + new string('x', 2000));
        using var slow = await AskAsync(gateway, receiveBuffer: 1024);
        Assert.Equal(1, await slow.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        gateway.Model.Tokens = _ => Enumerable.Range(0, 50).Select(i => $"{i},");
        var streams = await Task.WhenAll(Enumerable.Range(0, 62).Select(_ => gateway.StreamAsync("/v1/chat/completions", Body))).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.All(streams, stream =>
        {
            var events = RunningGateway.Events(stream);
            Assert.Equal("[DONE]", events[^1]);
            Assert.Equal(53, events.Count);
        });
    }

    [Fact]
    public async Task More_requests_than_the_limit_are_told_to_come_back()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { MaxConcurrentRequests = 1 });
        var inside = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        gateway.Model.Before = (_, _) =>
        {
            inside.TrySetResult();
            return release.Task;
        };
        var first = gateway.StreamAsync("/v1/chat/completions", Body);
        await inside.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        using var second = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), RunningGateway.Json(Body), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal("1", second.Headers.GetValues("Retry-After").Single());
        release.SetResult();
        Assert.EndsWith("[DONE]\n\n", await first, StringComparison.Ordinal);
        Assert.EndsWith("[DONE]\n\n", await gateway.StreamAsync("/v1/chat/completions", Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_and_the_front_door_answer_and_an_unknown_path_is_an_error_object()
    {
        await using var gateway = await RunningGateway.StartAsync();
        Assert.Equal("alive\n", await gateway.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal("ready\n", await gateway.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal("Ollama is running", await gateway.Http.GetStringAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken));
        using var browser = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html,*/*" } } };
        using var page = await gateway.Http.SendAsync(browser, TestContext.Current.CancellationToken);
        Assert.Contains("Freehold", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var head = new HttpRequestMessage(HttpMethod.Head, "/");
        using var none = await gateway.Http.SendAsync(head, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, none.StatusCode);
        var (status, body) = await gateway.PostAsync("/v1/engines", "{}");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal("unknown_url", (string)body["error"]!["code"]!);
    }
}
