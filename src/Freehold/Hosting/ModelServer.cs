using System.Net.Sockets;
using Freehold.Commands;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Freehold.Pages.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Freehold.Hosting;

/// <summary>Starts the gateway on the address and port that were asked for, and says where it listens.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    public const int DefaultPort = 8080;
    private const int PortsTried = 100;
    private readonly WebApplication _app;

    private ModelServer(WebApplication app, int port)
    {
        _app = app;
        Url = new Uri(app.Urls.First());
        Port = Url.Port;
        Moved = port != 0 && Port != port;
    }

    /// <summary>Where clients reach it.</summary>
    public Uri Url { get; }

    /// <summary>The port in use.</summary>
    public int Port { get; }

    /// <summary>Whether another program had the port that was tried first.</summary>
    public bool Moved { get; }

    /// <summary>Starts listening.</summary>
    /// <param name="settings">Where, and who is let in.</param>
    /// <param name="directory">What is served.</param>
    /// <param name="error">Warnings go here.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CommandException">The settings are refused (2, 4), or the port that was asked for is taken (1).</exception>
    public static async Task<ModelServer> StartAsync(ServerSettings settings, IModelDirectory directory, TextWriter error, CancellationToken cancellationToken)
    {
        var options = settings.ToGateway();
        if (!options.LoopbackOnly)
            await error.WriteLineAsync($"freehold: warning: {settings.Host} is served without TLS: whoever can read the network between here and a client reads the key and everything said. Put a proxy with TLS in front of it.");
        var first = settings.Port ?? DefaultPort;
        for (var candidate = first; ; candidate++)
        {
            var app = GatewayHost.Create(options with { Port = candidate }, directory, logging => logging.AddProvider(new ErrorLog(error)).SetMinimumLevel(LogLevel.Warning), pages: services => ConsolePages.Create(services));
            try
            {
                await app.StartAsync(cancellationToken);
                return new ModelServer(app, first);
            }
            catch (IOException e) when (e.InnerException is AddressInUseException)
            {
                await app.DisposeAsync();
                if (settings.Port is not null)
                    throw new CommandException(ExitCode.Failed, $"port {candidate} is taken by another program; choose one with --port, or 0 for any free one", e);
                if (candidate - first >= PortsTried)
                    throw new CommandException(ExitCode.Failed, $"ports {first} to {candidate} are all taken; choose one with --port", e);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                await app.DisposeAsync();
                throw new CommandException(ExitCode.Failed, $"cannot listen on {settings.Host}, port {candidate}: {e.Message}", e);
            }
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
