using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Freehold.Catalog.Tests.Servers;

/// <summary>A request as it arrived.</summary>
internal sealed record ServerRequest(int Number, string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>First and last byte asked for; the last may be open.</summary>
    public (long From, long? To)? Range
    {
        get
        {
            if (Header("Range") is not { } range)
                return null;
            var ends = range["bytes=".Length..].Split('-');
            return (long.Parse(ends[0], CultureInfo.InvariantCulture), ends[1].Length == 0 ? null : long.Parse(ends[1], CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>What the server does with a request, down to the bytes.</summary>
internal sealed record ServerReply(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>Content-Length to announce instead of the truth; -1 for none (the end of the connection ends the body).</summary>
    public long? Announce { get; init; }

    /// <summary>Bytes of the body after which the connection is cut.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Bytes of the body after which nothing more comes until the client goes.</summary>
    public int? StallAfter { get; init; }

    /// <summary>Awaited before anything is sent.</summary>
    public Task? Before { get; init; }
}

/// <summary>A small HTTP/1.1 server of the tests' own, on loopback, that can do what well-behaved servers do not.</summary>
internal sealed class UnrulyServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<ServerRequest, ServerReply> _answer;
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private int _number;

    public UnrulyServer(Func<ServerRequest, ServerReply> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public ConcurrentQueue<ServerRequest> Requests { get; } = [];

    /// <summary>Completes when a reply has stalled.</summary>
    public TaskCompletionSource Stalled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    /// <summary>A reply that serves ranges as it should.</summary>
    public static ServerReply Serve(ServerRequest request, byte[] content, string? etag = null)
    {
        var headers = new Dictionary<string, string> { ["Accept-Ranges"] = "bytes" };
        if (etag is not null)
            headers["ETag"] = etag;
        if (request.Range is not { } range || (request.Header("If-Range") is { } condition && condition != etag))
            return new ServerReply(200, content) { Headers = headers };
        if (range.From >= content.Length)
            return new ServerReply(416, []) { Headers = { ["Content-Range"] = $"bytes */{content.Length}" } };
        var to = Math.Min(range.To ?? content.Length - 1, content.Length - 1);
        headers["Content-Range"] = $"bytes {range.From}-{to}/{content.Length}";
        return new ServerReply(206, content[(int)range.From..(int)(to + 1)]) { Headers = headers };
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _connections.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped: while it waited, or just before it would have (it is not listening then, or disposed).
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var reader = new StreamReader(stream, Encoding.ASCII);
                while (await ReadRequestAsync(reader) is { } request)
                {
                    Requests.Enqueue(request);
                    if (!await ReplyAsync(stream, _answer(request)))
                        return;
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
            }
        }
    }

    private async Task<ServerRequest?> ReadRequestAsync(StreamReader reader)
    {
        if (await reader.ReadLineAsync(_stop.Token) is not { } line)
            return null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
            headers[header[..header.IndexOf(':')]] = header[(header.IndexOf(':') + 1)..].Trim();
        return new ServerRequest(Interlocked.Increment(ref _number), line.Split(' ')[1], headers);
    }

    private async Task<bool> ReplyAsync(NetworkStream stream, ServerReply reply)
    {
        if (reply.Before is not null)
            await reply.Before.WaitAsync(_stop.Token);
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} Status\r\n");
        var announced = reply.Announce ?? reply.Body.Length;
        if (announced >= 0)
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {announced}\r\n");
        else
            head.Append("Connection: close\r\n");
        foreach (var (name, value) in reply.Headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        head.Append("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()), _stop.Token);
        var length = Math.Min(reply.Body.Length, Math.Min(reply.CutAfter ?? int.MaxValue, reply.StallAfter ?? int.MaxValue));
        await stream.WriteAsync(reply.Body.AsMemory(0, length), _stop.Token);
        if (reply.StallAfter is not null)
        {
            Stalled.TrySetResult();
            // Until the client goes: a read ends then.
            await stream.ReadExactlyAsync(new byte[1], _stop.Token);
        }
        return reply.CutAfter is null && announced == reply.Body.Length;
    }
}
