using System.Net;
using System.Net.Sockets;
using Freehold.Commands;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Logging;
using Freehold.Gateway.Serving;
using Freehold.Pages.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freehold.Hosting;

/// <summary>Starts the gateway on the address and port that were asked for, and says where it listens.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ModelServer(WebApplication app, LogWriter log, TlsRenewal? renewal)
    {
        (_app, Log, Renewal) = (app, log, renewal);
        Urls = [.. app.Urls.Select(url => new Uri(url))];
    }

    /// <summary>Where clients reach it first of all.</summary>
    public Uri Url => Urls[0];

    /// <summary>All places where clients reach it, in the order of the ports asked for.</summary>
    public IReadOnlyList<Uri> Urls { get; }

    /// <summary>The server's log.</summary>
    public LogWriter Log { get; }

    /// <summary>Watches for another certificate; null without TLS.</summary>
    internal TlsRenewal? Renewal { get; }

    /// <summary>Starts listening, over models that the API cannot change.</summary>
    /// <param name="settings">Where, and who is let in.</param>
    /// <param name="directory">What is served.</param>
    /// <param name="error">The log goes here.</param>
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
        var options = settings.ToGateway() with { SigningKey = SigningKeyFile.Find(Environment.GetEnvironmentVariable) };
        var log = new LogWriter(error, settings.LogFormat, options.Clock);
        if (!options.LoopbackOnly && options.Tls is null)
            log.Tell(LogLevel.Warning, "tls", $"{settings.Host} is served without TLS: keys and everything said travel in clear. Give --tls-cert and --tls-key, or put a proxy with TLS in front of it.");
        var app = GatewayHost.Create(options with { RequestLog = settings.LogsRequests ? log : null }, directory, logging =>
        {
            logging.AddProvider(new ErrorLog(log)).SetMinimumLevel(LogLevel.Warning);
            logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // what it tells it throws as well, and here it is told
            logging.Services.AddWindowsService(); // as a service of Windows: tells its manager, and obeys it; elsewhere nothing
        }, library: library, pages: services => ConsolePages.Create(services));
        try
        {
            await app.StartAsync(cancellationToken);
            return new ModelServer(app, log, options.Tls is { } identity ? new TlsRenewal(settings.Tls!.Value, identity, options.Clock, log) : null);
        }
        catch (Exception e)
        {
            await app.DisposeAsync();
            await log.DisposeAsync();
            throw e switch
            {
                PortTakenException taken => Taken(taken.Port, e),
                SocketException or IOException => new CommandException(ExitCode.Failed, $"cannot listen on {settings.Host}, port {string.Join(", ", settings.Ports)}: {e.Message}", e),
                _ => e,
            };
        }
    }

    /// <summary>Fails where a port is taken, before a model is loaded for nothing.</summary>
    /// <exception cref="CommandException">A port is taken (1).</exception>
    public static void Probe(GatewayOptions options)
    {
        foreach (var address in options.Addresses)
            foreach (var port in options.Ports.Where(port => port != 0))
            {
                try
                {
                    SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(address, port)).Dispose();
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
                {
                    throw Taken(port, e);
                }
                catch (SocketException)
                {
                    // Listening will tell.
                }
            }
    }

    private static CommandException Taken(int port, Exception cause) =>
        new(ExitCode.Failed, $"port {port} is taken by another program (ss -ltnp 'sport = :{port}' shows which); stop that, or choose another port with --port, or 0 for any free one", cause);

    /// <summary>Serves until told to stop; answers under way may finish for a bounded time.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A signal, or the service manager of Windows through the host.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _app.Lifetime.ApplicationStopping);
        await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        Renewal?.Dispose();
        await _app.DisposeAsync();
        await Log.DisposeAsync();
    }
}
