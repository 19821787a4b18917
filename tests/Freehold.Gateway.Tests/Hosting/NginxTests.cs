using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Hosting;

/// <summary>Behind Debian's nginx as it is installed: buffering on, HTTP/1.0 to the server behind it, nothing but proxy_pass.</summary>
public sealed class NginxTests : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("freehold-nginx-").FullName;
    private Process? _nginx;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Dialects => [nameof(Dialect.OpenAi), nameof(Dialect.Anthropic), nameof(Dialect.Ollama)];

    public async ValueTask DisposeAsync()
    {
        if (_nginx is { HasExited: false })
        {
            _nginx.Kill(entireProcessTree: true);
            await _nginx.WaitForExitAsync(CancellationToken.None);
        }
        _nginx?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Debian's /etc/nginx/nginx.conf and sites-enabled/default, but for paths, the port and one worker in the foreground.
    private async Task<HttpClient> InFrontOfAsync(RunningGateway gateway, string further = "")
    {
        Assert.SkipUnless(File.Exists(Program), $"needs {Program}: apt-get install nginx-light");
        int port;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        string[] temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        await File.WriteAllTextAsync(Path.Combine(_folder, "nginx.conf"), string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off;
            master_process off;
            pid {{_folder}}/pid;
            error_log {{_folder}}/error.log;
            events { worker_connections 768; }
            http {
                sendfile on;
                tcp_nopush on;
                types_hash_max_size 2048;
                default_type application/octet-stream;
                gzip on;
                access_log off;
                {{string.Concat(temporary.Select(name => $"{name}_temp_path {_folder}/{name}; "))}}
                server {
                    listen 127.0.0.1:{{port}};
                    location / {
                        proxy_pass {{gateway.Address}};
                        {{further}}
                    }
                }
            }
            """), Cancel);
        _nginx = Process.Start(new ProcessStartInfo(Program, ["-c", Path.Combine(_folder, "nginx.conf"), "-e", Path.Combine(_folder, "error.log"), "-p", _folder]))!;
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = Patience };
        for (var tries = 0; ; tries++)
        {
            try
            {
                await http.GetStringAsync(new Uri("/health/live", UriKind.Relative), Cancel);
                return http;
            }
            catch (HttpRequestException) when (tries < 200 && !_nginx.HasExited)
            {
                await Task.Delay(50, Cancel);
            }
        }
    }

    private static async Task<StreamReader> AskAsync(HttpClient http, Dialect dialect)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, dialect.Path) { Content = RunningGateway.Json(dialect.Streamed) };
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
    }

    private static async Task<string> ReadUntilAsync(StreamReader reader, string text)
    {
        var read = "";
        while (!read.Contains(text, StringComparison.Ordinal))
            read += await reader.ReadLineAsync(Cancel).AsTask().WaitAsync(Patience, Cancel) is { } line ? line + "\n" : throw new InvalidOperationException($"it ended before '{text}': {read}");
        return read;
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_stream_arrives_piece_by_piece(string name)
    {
        var dialect = Dialect.Named(name);
        await using var gateway = await RunningGateway.StartAsync();
        var next = new SemaphoreSlim(0);
        gateway.Model.Tokens = _ => ["first", "second", "third"];
        gateway.Model.Before = (index, cancel) => index == 0 ? Task.CompletedTask : next.WaitAsync(cancel);
        using var http = await InFrontOfAsync(gateway);
        using var reader = await AskAsync(http, dialect);
        // Each piece is read before the model makes the next.
        Assert.DoesNotContain("second", await ReadUntilAsync(reader, "first"), StringComparison.Ordinal);
        next.Release();
        Assert.DoesNotContain("third", await ReadUntilAsync(reader, "second"), StringComparison.Ordinal);
        next.Release();
        await ReadUntilAsync(reader, "third");
        var rest = await reader.ReadToEndAsync(Cancel);
        Assert.Contains(dialect == Dialect.OpenAi ? "[DONE]" : dialect == Dialect.Anthropic ? "message_stop" : "\"done\":true", rest, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_wait_longer_than_the_proxys_patience_is_kept_alive(string name)
    {
        var dialect = Dialect.Named(name);
        // A thousand times as fast: an event every 10 ms, where nginx waits a second for each; the model takes three.
        await using var gateway = await RunningGateway.StartAsync(options => options with { Clock = new HastyClock(), SlowReaderTimeout = HastyClock.Never });
        gateway.Model.Before = (index, cancel) => index == 0 ? Task.Delay(3000, cancel) : Task.CompletedTask;
        using var http = await InFrontOfAsync(gateway, "proxy_read_timeout 1s;");
        using var reader = await AskAsync(http, dialect);
        await ReadUntilAsync(reader, "ris");
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_its_generation()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Model.Before = (index, cancel) => index < 1 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, cancel);
        using (var http = await InFrontOfAsync(gateway))
        using (var reader = await AskAsync(http, Dialect.OpenAi))
            await ReadUntilAsync(reader, "Pa");
        await gateway.Model.Cancelled.Task.WaitAsync(Patience, Cancel);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_whole_answer_and_a_refusal_pass_unchanged(string name)
    {
        var dialect = Dialect.Named(name);
        await using var gateway = await RunningGateway.StartAsync();
        using var http = await InFrontOfAsync(gateway);
        using var answer = await http.PostAsync(new Uri(dialect.Path, UriKind.Relative), RunningGateway.Json(dialect.Whole), Cancel);
        Assert.Contains("Paris.", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var refused = await http.PostAsync(new Uri(dialect.Path, UriKind.Relative), RunningGateway.Json(dialect.Body + ",\"what\":1}"), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.StartsWith("req_", refused.Headers.GetValues("x-request-id").Single(), StringComparison.Ordinal);
    }
}
