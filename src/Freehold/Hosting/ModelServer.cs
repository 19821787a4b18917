using System.Net.Sockets;
using Freehold.Commands;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Freehold.Pages.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Freehold.Hosting;

/// <summary>Starts the gateway on the address and port that were asked for, and says where it listens.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ModelServer(WebApplication app)
    {
        _app = app;
        Urls = [.. app.Urls.Select(url => new Uri(url))];
    }

    /// <summary>Where clients reach it first of all.</summary>
    public Uri Url => Urls[0];

    /// <summary>All places where clients reach it, in the order of the ports asked for.</summary>
    public IReadOnlyList<Uri> Urls { get; }

    /// <summary>Starts listening, over models that the API cannot change.</summary>
    /// <param name="settings">Where, and who is let in.</param>
    /// <param name="directory">What is served.</param>
    /// <param name="error">Warnings go here.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CommandException">The settings are refused (2, 4), or the port that was asked for is taken (1).</exception>
    public static Task<ModelServer> StartAsync(ServerSettings settings, IModelDirectory directory, TextWriter error, CancellationToken cancellationToken) =>
        StartAsync(settings, directory, null, error, cancellationToken);

    /// <summary>Starts listening.</summary>
    /// <param name="settings">Where, and who is let in.</param>
    /// <param name="directory">What is served.</param>
    /// <param name="library">What of the owner's models the API may change; null for nothing.</param>
    /// <param name="error">Warnings go here.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CommandException">The settings are refused (2, 4), or the port that was asked for is taken (1).</exception>
    public static async Task<ModelServer> StartAsync(ServerSettings settings, IModelDirectory directory, IModelLibrary? library, TextWriter error, CancellationToken cancellationToken)
    {
        var options = settings.ToGateway();
        if (!options.LoopbackOnly && options.Tls is null)
            await error.WriteLineAsync($"freehold: warning: {settings.Host} is served without TLS: keys and everything said travel in clear. Give --tls-cert and --tls-key, or put a proxy with TLS in front of it.");
        var app = GatewayHost.Create(options, directory, logging => logging.AddProvider(new ErrorLog(error)).SetMinimumLevel(LogLevel.Warning), library: library, pages: services => ConsolePages.Create(services));
        try
        {
            await app.StartAsync(cancellationToken);
            return new ModelServer(app);
        }
        catch (PortTakenException e)
        {
            await app.DisposeAsync();
            throw new CommandException(ExitCode.Failed, $"port {e.Port} is taken by another program (ss -ltnp 'sport = :{e.Port}' shows which); stop that, or choose another port with --port, or 0 for any free one", e);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            await app.DisposeAsync();
            throw new CommandException(ExitCode.Failed, $"cannot listen on {settings.Host}, port {string.Join(", ", settings.Ports)}: {e.Message}", e);
        }
    }

    /// <summary>Serves until told to stop; answers under way may finish for a bounded time.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await _app.StopAsync(CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
