using System.Net;
using System.Net.Sockets;
using System.Text;
using Freehold.Gateway.Logging;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Hosting;

public class SlowReaderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<Socket> AskAsync(RunningGateway gateway, Dialect dialect, int receiveBuffer)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = receiveBuffer };
        await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port, Cancel);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {dialect.Path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {dialect.Streamed.Length}\r\n\r\n{dialect.Streamed}"), Cancel);
        return socket;
    }

    [Theory]
    [InlineData(nameof(Dialect.OpenAi))]
    [InlineData(nameof(Dialect.Anthropic))]
    [InlineData(nameof(Dialect.Ollama))]
    public async Task A_reader_that_stalls_loses_its_answer_and_frees_its_place_while_32_others_get_theirs(string name)
    {
        var dialect = Dialect.Named(name);
        using var output = new StringWriter();
        await using var log = new LogWriter(output, LogFormat.Text, TimeProvider.System);
        await using var gateway = await RunningGateway.StartAsync(options => options with { SlowReaderTimeout = TimeSpan.FromSeconds(0.5), MaxConcurrentRequests = 33, RequestLog = log });
        var release = new TaskCompletionSource();
        gateway.Model.Tokens = _ => Enumerable.Range(0, 20).Select(i => $"{i} " + new string('x', 200_000));
        using var slow = await AskAsync(gateway, dialect, receiveBuffer: 1024);
        Assert.Equal(1, await slow.ReceiveAsync(new byte[1], Cancel));
        // The others are under way until the slow one is gone.
        gateway.Model.Tokens = _ => Enumerable.Range(0, 50).Select(i => $"{i},");
        gateway.Model.Before = (index, _) => index == 25 ? release.Task : Task.CompletedTask;
        var streams = Enumerable.Range(0, 32).Select(_ => gateway.StreamAsync(Dialect.OpenAi.Path, Dialect.OpenAi.Streamed)).ToList();
        await gateway.Model.Cancelled.Task.WaitAsync(Patience, Cancel);
        release.SetResult();
        foreach (var stream in await Task.WhenAll(streams).WaitAsync(Patience, Cancel))
        {
            var events = RunningGateway.Events(stream);
            Assert.Equal("[DONE]", events[^1]);
            Assert.Equal(53, events.Count);
        }
        // What it had not read ends with the connection, not as a whole answer.
        var rest = await ReadToEndAsync(slow).WaitAsync(Patience, Cancel);
        Assert.DoesNotContain("[DONE]", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("\"done\":true", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", rest, StringComparison.Ordinal);
        // All 33 places are free.
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 33).Select(_ => gateway.PostAsync(Dialect.OpenAi.Path, Dialect.OpenAi.Whole))), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        await log.DisposeAsync();
        Assert.Single(output.ToString().Split('\n'), line => line.Contains("status=499 code=slow_reader", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reader_that_is_slow_but_reads_keeps_its_answer()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { SlowReaderTimeout = TimeSpan.FromSeconds(5) });
        gateway.Model.Tokens = _ => Enumerable.Range(0, 4000).Select(i => $"{i} " + new string('x', 2000));
        using var slow = await AskAsync(gateway, Dialect.OpenAi, receiveBuffer: 32 << 10);
        var text = await ReadToEndAsync(slow, pause: TimeSpan.FromMilliseconds(10)).WaitAsync(Patience, Cancel);
        Assert.EndsWith("data: [DONE]\n\n\r\n0\r\n\r\n", text, StringComparison.Ordinal);
    }

    private static async Task<string> ReadToEndAsync(Socket socket, TimeSpan pause = default)
    {
        var text = new StringBuilder();
        var buffer = new byte[8192];
        try
        {
            while (await socket.ReceiveAsync(buffer, Cancel) is > 0 and var count)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, count));
                if (text.Length > 7 && text.ToString(text.Length - 7, 7) == "\r\n0\r\n\r\n")
                    break; // the last chunk
                await Task.Delay(pause, Cancel);
            }
        }
        catch (SocketException)
        {
            // Cut off.
        }
        return text.ToString();
    }
}
