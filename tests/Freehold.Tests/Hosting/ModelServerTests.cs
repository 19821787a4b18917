using System.Net;
using System.Net.Sockets;
using Freehold.Commands;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Serving;
using Freehold.Hosting;

namespace Freehold.Tests.Hosting;

public class ModelServerTests
{
    private static readonly IModelDirectory Nothing = new FixedModelDirectory([]);
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_serves_until_it_is_told_to_stop()
    {
        await using var server = await ModelServer.StartAsync(new ServerSettings("127.0.0.1", 0), Nothing, TextWriter.Null, Cancel);
        using var stop = new CancellationTokenSource();
        var running = server.RunAsync(stop.Token);
        using var http = new HttpClient();
        Assert.Equal("alive\n", await http.GetStringAsync(new Uri(server.Url, "/health/live"), Cancel));
        using var ready = await http.GetAsync(new Uri(server.Url, "/health/ready"), Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri(server.Url, "/health/live"), Cancel));
    }

    [Fact]
    public async Task A_port_that_was_asked_for_and_is_taken_is_an_error_that_names_it()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var error = await Assert.ThrowsAsync<CommandException>(() => ModelServer.StartAsync(new ServerSettings("localhost", port), Nothing, TextWriter.Null, Cancel));
        Assert.Equal(1, error.ExitCode);
        Assert.Contains($"port {port} is taken", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_listens_on_every_port_asked_for()
    {
        var (first, second) = (FreePort(), FreePort());
        await using var server = await ModelServer.StartAsync(new ServerSettings("127.0.0.1", first, second), Nothing, TextWriter.Null, Cancel);
        Assert.Equal([first, second], server.Urls.Select(url => url.Port));
        using var http = new HttpClient();
        foreach (var url in server.Urls)
            Assert.Equal("alive\n", await http.GetStringAsync(new Uri(url, "/health/live"), Cancel));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [Fact]
    public async Task Listening_beyond_loopback_without_a_key_is_refused_with_the_reason()
    {
        var refused = await Assert.ThrowsAsync<CommandException>(() => ModelServer.StartAsync(new ServerSettings("0.0.0.0", 0), Nothing, TextWriter.Null, Cancel));
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("FREEHOLD_API_KEY", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listening_beyond_loopback_with_a_key_warns_that_there_is_no_TLS()
    {
        using var error = new StringWriter();
        await using var server = await ModelServer.StartAsync(new ServerSettings("0.0.0.0", 0) { Key = new ApiKey("k") }, Nothing, error, Cancel);
        await server.DisposeAsync(); // the log is written by then
        Assert.Contains("keys and everything said travel in clear", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_no_address_is_wrong_usage() =>
        Assert.Equal(2, (await Assert.ThrowsAsync<CommandException>(() => ModelServer.StartAsync(new ServerSettings("example.org", 0), Nothing, TextWriter.Null, Cancel))).ExitCode);
}
